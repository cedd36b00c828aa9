import { serveSite } from '@diffeo/docs/site';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import type {} from './lib/site.setup.ts';
import { watchedPage } from './lib/watched-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const isKept = (page: Page, address: string): Promise<boolean> =>
  page.evaluate(async (url) => (await caches.match(url)) !== undefined, address);
const hasSteps = (page: Page) =>
  page.waitForFunction(() => Number(document.querySelector('diffeo-landing')?.getAttribute('data-step')) >= 5);
/** A widget's script is fetched when it comes near the view. */
async function widgetIsReady(page: Page): Promise<void> {
  await page.locator('diffeo-one-point').scrollIntoViewIfNeeded();
  await page.waitForSelector('diffeo-one-point[data-ready]');
}

test('what was visited works when the host is gone: pages, and the flow that trains', async () => {
  const served = await serveSite({ base: '/some/path/' });
  const { page, fetched, close } = await watchedPage(browser, served.url);
  try {
    await page.goto(`${served.url}learn/couplings/`);
    await widgetIsReady(page);
    await page.goto(served.url);
    await page.click('[data-start]');
    await hasSteps(page);
    const { origin } = new URL(served.url);
    const wanted = [...new Set(fetched)].filter((path) => !path.endsWith('service-worker.js'));
    expect(wanted.some((path) => path.endsWith('.wasm'))).toBe(true);
    for (const path of wanted) await expect.poll(() => isKept(page, origin + path), { message: path }).toBe(true);
    await served.close();

    await page.reload();
    await page.waitForSelector('diffeo-landing.is-live');
    await page.click('[data-start]');
    await hasSteps(page);
    await page.goto(`${served.url}learn/couplings/`);
    expect(await page.textContent('h1')).toBe('Couplings');
    await widgetIsReady(page);
  } finally {
    await close();
    await served.close();
  }
});
