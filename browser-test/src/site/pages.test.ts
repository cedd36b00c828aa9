import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import { axeViolations, rulesOfColours, rulesOfContent } from './lib/axe-violations.ts';
import { kilobytes } from './lib/kilobytes.ts';
import { servedSite } from './lib/served-site.ts';
import { sitePages } from './lib/site-pages.ts';
import { type WatchedPage, watchedPage } from './lib/watched-page.ts';

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

/** Goes down a page screen by screen: whatever comes into view is fetched. A page that is not drawn has no frames to wait for. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
      scrollTo(0, y);
      await new Promise((resolve) => {
        requestAnimationFrame(resolve);
        setTimeout(resolve, 1000);
      });
    }
  });
}

/**
 * What axe looks at. Of pages that are made alike, it is shown the first two of each kind whole: it takes half a minute for the longest of
 * them. In those that are written by hand it then looks for what their own words and pictures may break; in those that are made from the
 * repository, for nothing. `npm run prove -- site-axe` shows it all of them.
 */
function lookOf(path: string): 'whole' | 'content' | 'none' {
  const kind = /^(api|decisions|reference|guides|learn)\//.exec(path)?.[0];
  const alike = kind === undefined ? [] : sitePages().filter((each) => each.startsWith(kind));
  if (kind === undefined || alike.indexOf(path) < 2) return 'whole';
  return kind === 'guides/' || kind === 'learn/' ? 'content' : 'none';
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
    const look = lookOf(path);
    if (look === 'content') expect(await axeViolations(page, rulesOfContent)).toEqual([]);
    if (look === 'whole') {
      expect(await axeViolations(page), 'light').toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axeViolations(page, rulesOfColours), 'dark').toEqual([]);
    }
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
  expect(await axeViolations(page)).toEqual([]);
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
  expect(await axeViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});
