import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import { servedSite } from './lib/served-site.ts';
import { watchedPage } from './lib/watched-page.ts';

const site = servedSite();
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** In a worker, before anything of it: WebAssembly finds the relaxed instructions (0xfd 0x85 0x02 begins one) as invalid as Safari does. */
const asInSafari = `{
  const { validate } = WebAssembly;
  WebAssembly.validate = (bytes) => !new Uint8Array(bytes).join().includes('253,133,2') && validate(bytes);
}
`;
const withoutRelaxedSimd = (context: BrowserContext): Promise<unknown> =>
  context.route(/worker[\w.-]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: asInSafari + (await response.text()) });
  });

// The landing page has the flag `?kernels=simd`, which `landing.test.ts` trains with.
test('widgets and examples run where there is no relaxed SIMD', async () => {
  const { page, complaints, fetched, close } = await watchedPage(browser, site, { serviceWorkers: 'block' });
  try {
    await withoutRelaxedSimd(page.context());
    await page.goto(`${site}learn/couplings/`);
    const example = page.locator('diffeo-example[data-name="one-coupling"]');
    await example.locator('[data-part="run"]').click();
    await expect.poll(() => example.locator('[data-part="status"]').textContent()).toMatch(/^ran here in/);
    expect(await example.locator('[data-part="output"] table tbody tr').count()).toBe(3);

    const widget = page.locator('diffeo-one-point');
    await widget.scrollIntoViewIfNeeded();
    await page.waitForSelector('diffeo-one-point[data-ready]');
    const says = () => widget.locator('[data-slot="says"]').textContent();
    const before = await says();
    await widget.locator('input[name="x"]').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(says).not.toBe(before);
    await expect.poll(() => widget.getAttribute('aria-busy')).toBeNull();
    const read = async (name: string) => Number(await widget.locator(`[data-${name}]`).getAttribute(`data-${name}`));
    expect(await read('sum')).toBeCloseTo(await read('log-prob'), 3);

    const kernels = fetched.filter((path) => /kernels[\w.-]*\.wasm$/.test(path));
    expect(new Set(kernels.map((path) => /kernels-(relaxed-simd|simd)/.exec(path)?.[1]))).toEqual(new Set(['simd']));
    expect(complaints.filter((text) => !text.includes('Service Worker registration blocked'))).toEqual([]);
  } finally {
    await close();
  }
});
