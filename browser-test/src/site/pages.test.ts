import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import { kilobytes } from './lib/kilobytes.ts';
import { servedSite } from './lib/served-site.ts';
import { sitePages } from './lib/site-pages.ts';
import { type WatchedPage, watchedPage } from './lib/watched-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const site = servedSite();
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Phones that no test holds. Pages wait for their network and for axe in turns, so that several of them keep two cores busy. */
const idlePhones: WatchedPage[] = [];
async function onPhone(use: (phone: WatchedPage) => Promise<void>): Promise<void> {
  const phone = idlePhones.pop() ?? (await watchedPage(browser, site, { viewport: { width: 360, height: 740 } }));
  await use(phone);
  idlePhones.push(phone);
}

/** Of all rules, or of those that are named. */
async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const { violations: found } = (await page.evaluate(
    (only) =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(
        // Of what is right it would describe every node.
        { resultTypes: ['violations'], ...(only && { runOnly: { type: 'rule', values: only } }) },
      ),
    rules,
  )) as AxeResults;
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' … ')}`,
  );
}

/** Goes down a page screen by screen: whatever comes into view is fetched. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
      scrollTo(0, y);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
}

/**
 * Whether axe looks at a page. Of pages that are made alike from the repository, the first two of each kind: it takes half a minute
 * for the longest of them.
 */
function isLookedAt(path: string): boolean {
  const kind = /^(api|decisions|reference)\//.exec(path)?.[0];
  return (
    kind === undefined ||
    sitePages()
      .filter((each) => each.startsWith(kind))
      .indexOf(path) < 2
  );
}

test.concurrent.each(sitePages())('a page is whole, on a phone, in the light and in the dark: /%s', (path) =>
  onPhone(async ({ page, complaints, fetched, settle }) => {
    const before = complaints.length;
    const fetchedBefore = fetched.length;
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(site + path);
    await scrollThrough(page);
    await settle();
    // The service worker copies what was fetched: that is no second script.
    const scripts = fetched.slice(fetchedBefore).filter((file) => /(?<!service-worker)\.js$/.test(file));
    expect(kilobytes(site, scripts), `kB of scripts before a click: ${scripts.join(' ')}`).toBeLessThanOrEqual(40);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(tooWide, 'pixels beyond the right edge').toBeLessThanOrEqual(0);
    if (!isLookedAt(path)) return expect(complaints.slice(before)).toEqual([]);
    await page.evaluate(axe);
    expect(await violations(page), 'light').toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    // Nothing else depends on colours.
    expect(await violations(page, ['color-contrast', 'link-in-text-block']), 'dark').toEqual([]);
    expect(complaints.slice(before)).toEqual([]);
  }),
);

test('search opens by keys, finds an export by its name, and leads there', async () => {
  const { page, complaints, close } = await watchedPage(browser, site);
  await page.goto(`${site}learn/what-a-flow-is/`);
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('affineCoupling');
  const found = page.locator('site-search li a');
  await expect.poll(() => found.allTextContents()).toContainEqual(expect.stringContaining('@diffeo/layers-coupling'));
  await page.evaluate(axe);
  expect(await violations(page)).toEqual([]);
  await found.first().click();
  await page.waitForURL((url) => url.href.startsWith(site) && !url.pathname.endsWith('/what-a-flow-is/'));
  expect(await page.textContent('main')).toContain('affineCoupling');
  expect(complaints).toEqual([]);
  await close();
});

test('the landing page is whole on a desktop, while it trains', async () => {
  const { page, complaints, close } = await watchedPage(browser, site, { viewport: { width: 1280, height: 900 } });
  await page.goto(site);
  await page.click('[data-start]');
  await page.waitForFunction(() => Number(document.querySelector('diffeo-landing')?.getAttribute('data-step')) > 0);
  await page.click('[data-toggle]');
  await page.evaluate(axe);
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});
