import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import type {} from './lib/site.setup.ts';
import { type WatchedPage, watchedPage } from './lib/watched-page.ts';

const site = inject('site');
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Opens the landing page, and closes it after `use`. What goes wrong in the page goes wrong here. */
async function onLanding<T>(address: string, use: (page: Page, watched: WatchedPage) => Promise<T>): Promise<T> {
  const watched = await watchedPage(browser, site, { viewport: { width: 1100, height: 900 } });
  try {
    await watched.page.goto(site + address);
    await watched.page.waitForSelector('diffeo-landing.is-live');
    const result = await use(watched.page, watched);
    expect(watched.complaints).toEqual([]);
    return result;
  } finally {
    await watched.close();
  }
}

const text = (page: Page, name: string): Promise<string> =>
  page
    .locator(`[data-number="${name}"]`)
    .textContent()
    .then((found) => found ?? '');
const isDone = (page: Page) => page.waitForSelector('diffeo-landing[data-done]');

test.each([
  ['', 'relaxed-simd'],
  ['?kernels=simd', 'simd'],
])('two moons are learnt to 0.12 nats, by the kernels that the browser runs: %s', async (query, build) => {
  await onLanding(`${query}#data=two-moons&seed=1&steps=3000`, async (page) => {
    await page.click('[data-start]');
    await isDone(page);
    expect(await page.getAttribute('diffeo-landing', 'data-build')).toBe(build);
    expect(await text(page, 'step')).toBe('3,000');
    const divergence = Number.parseFloat(await text(page, 'divergence'));
    expect(divergence).toBeGreaterThanOrEqual(0);
    expect(divergence).toBeLessThan(0.12);
    expect(await text(page, 'speed')).toMatch(/^[\d,]+ steps\/s$/);
    expect(await page.textContent('[data-level-text="entropy"]')).toContain('1.008');
    // The slider goes on after the training.
    await page.locator('[data-way]').fill('0');
    await page.waitForSelector('diffeo-landing[data-way-shown]');
    expect(await page.getAttribute('[data-way]', 'aria-valuetext')).toBe('base');
  });
});

test('the same address trains to the same numbers', async () => {
  const run = () =>
    onLanding('#data=pinwheel&seed=7&couplings=4&steps=1000', async (page) => {
      await page.click('[data-start]');
      await isDone(page);
      return [await text(page, 'loss'), await text(page, 'divergence')];
    });
  expect(await run()).toEqual(await run());
});
