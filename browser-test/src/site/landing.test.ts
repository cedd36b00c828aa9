import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import { pictureChanges } from './lib/picture-changes.ts';
import { servedSite } from './lib/served-site.ts';
import { smallPictures } from './lib/small-pictures.ts';
import { type WatchedPage, watchedPage } from './lib/watched-page.ts';

const site = servedSite();
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
const hasSteps = (page: Page, count: number) =>
  page.waitForFunction(
    (least) => Number(document.querySelector('diffeo-landing')?.getAttribute('data-step')) >= least,
    count,
  );
/** Waits until the step has stood still for half a second: what was on its way when training was asked to rest still comes. Returns it. */
async function restingStep(page: Page): Promise<string> {
  for (;;) {
    const before = await text(page, 'step');
    await page.waitForTimeout(500);
    if ((await text(page, 'step')) === before) return before;
  }
}
/** What of its picture is not as it was kept. */
const changes = async (page: Page, name: string): Promise<string[]> =>
  pictureChanges(await smallPictures(page.locator('diffeo-landing')), name);
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
    expect(await changes(page, 'landing-trained')).toEqual([]);
    // The slider goes on after the training.
    await page.locator('[data-way]').fill('0');
    await page.waitForSelector('diffeo-landing[data-way-shown]');
    expect(await page.getAttribute('[data-way]', 'aria-valuetext')).toBe('base');
    expect(await changes(page, 'landing-base')).toEqual([]);
  });
});

test('before it trains it shows what the build trained', async () => {
  await onLanding('', async (page) => expect(await changes(page, 'landing')).toEqual([]));
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

test('a step is a step, a pause holds, and a reset begins anew', async () => {
  await onLanding('', async (page) => {
    await page.click('button[data-step]');
    await hasSteps(page, 1);
    for (const expected of ['2', '3']) {
      await page.click('button[data-step]');
      await hasSteps(page, Number(expected));
      expect(await text(page, 'step')).toBe(expected);
    }
    await page.click('[data-toggle]');
    await hasSteps(page, 20);
    await page.click('[data-toggle]');
    await restingStep(page);
    await page.click('[data-reset]');
    await page.waitForFunction(() => document.querySelector('[data-number="step"]')?.textContent === '1');
  });
});

describe('data of the reader', () => {
  const trains = async (page: Page): Promise<string> => {
    await hasSteps(page, 20);
    return new URL(page.url()).hash;
  };

  test('what is drawn by pointer is learnt, against the entropy of the drawing, and stands in the address', async () => {
    const hash = await onLanding('', async (page) => {
      await page.click('[data-sketch]');
      const box = await page.locator('.landing-picture canvas').boundingBox();
      if (!box) return expect.fail('no canvas');
      const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
      await page.mouse.move(...at(0.2, 0.3));
      await page.mouse.down();
      for (let i = 0; i <= 12; i++) await page.mouse.move(...at(0.2 + 0.05 * i, 0.3 + 0.03 * i));
      await page.mouse.up();
      const found = await trains(page);
      await page.waitForFunction(() =>
        /\d/.test(document.querySelector('[data-level-text="entropy"]')?.textContent ?? ''),
      );
      return found;
    });
    expect(hash).toMatch(/^#drawn=[\w-]{20,}&seed=1$/);
    await onLanding(hash, async (page) => {
      expect(await page.getAttribute('[data-sketch]', 'aria-pressed')).toBe('true');
      await page.click('[data-start]');
      expect(await trains(page)).toBe(hash);
    });
  });

  test('keys draw as well', async () => {
    await onLanding('', async (page) => {
      await page.focus('[data-sketch]');
      await page.keyboard.press('Enter');
      await page.keyboard.press(' ');
      for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
      for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      expect(await trains(page)).toMatch(/^#drawn=/);
    });
  });

  test('who leaves the drawing finds what was there before', async () => {
    await onLanding('', async (page) => {
      await page.click('[data-sketch]');
      expect(await page.isVisible('[data-start]')).toBe(false);
      await page.keyboard.press('Escape');
      expect(await page.isVisible('.landing-picture canvas')).toBe(false);
      await page.click('[data-start]');
      await hasSteps(page, 5);
    });
  });

  test('two columns of a file are learnt, and others when they are chosen', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i % 17},${Math.sin(i)},${Math.cos(i) + 0.1 * (i % 5)}`);
    await onLanding('', async (page) => {
      const file = { name: 'waves.csv', mimeType: 'text/csv', buffer: Buffer.from(`a,b,c\n${rows.join('\n')}\n`) };
      await page.setInputFiles('[data-file-input]', file);
      const hash = await trains(page);
      expect(hash).toContain('column=a&column=b');
      await page.locator('[data-columns] select').first().selectOption({ label: 'c' });
      await page.waitForFunction(() => location.hash.includes('column=c&column=b'));
      await trains(page);
    });
  });

  test('a file is dropped, and one that cannot be learnt is refused in words', async () => {
    await onLanding('', async (page) => {
      const transfer = await page.evaluateHandle(() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(['a,b\nx,y\nz,w\n'], 'words.csv', { type: 'text/csv' }));
        return dropped;
      });
      await page.dispatchEvent('diffeo-landing', 'drop', { dataTransfer: transfer });
      await page.waitForFunction(() =>
        /words\.csv:|numbers/.test(document.querySelector('[data-status]')?.textContent ?? ''),
      );
    });
  });

  test('an address that nobody wrote says so, and the page works', async () => {
    await onLanding('#data=nothing', async (page) => {
      expect(await page.textContent('[data-status]')).toContain('no settings');
      await page.click('[data-start]');
      await hasSteps(page, 5);
    });
  });
});

test('training that broke says so, until it begins again', async () => {
  const { page, close } = await watchedPage(browser, site);
  try {
    await page.goto(site);
    await page.click('[data-start]');
    await hasSteps(page, 5);
    const status = () => page.textContent('[data-status]');
    await page.workers()[0]?.evaluate(() => {
      setTimeout(() => {
        throw new Error('broken');
      });
    });
    await expect.poll(status).toMatch(/^Training stopped: .*broken/);
    await page.click('[data-toggle]');
    await hasSteps(page, 5);
    expect(await status()).not.toContain('stopped');
  } finally {
    await close();
  }
});

test('leaving the page ends its worker, and so does removing the widget', async () => {
  await onLanding('', async (page) => {
    await page.click('[data-start]');
    await hasSteps(page, 5);
    expect(page.workers()).toHaveLength(1);
    await page.evaluate(() => document.querySelector('diffeo-landing')?.remove());
    await expect.poll(() => page.workers().length).toBe(0);
    await page.reload();
    await page.click('[data-start]');
    await hasSteps(page, 5);
    await page.goto(`${site}learn/what-a-flow-is/`);
    await expect.poll(() => page.workers().length).toBe(0);
  });
});

test('out of view it rests', async () => {
  await onLanding('', async (page) => {
    await page.click('[data-start]');
    await hasSteps(page, 5);
    await page.evaluate(() => {
      document.body.style.paddingTop = '300vh';
      scrollTo(0, 0);
    });
    const resting = await restingStep(page);
    await page.evaluate(() => {
      document.body.style.paddingTop = '0';
    });
    await page.waitForFunction(
      (before) => document.querySelector('[data-number="step"]')?.textContent !== before,
      resting,
    );
  });
});

test('where motion is welcome it starts by itself', async () => {
  const { page, close } = await watchedPage(browser, site, { reducedMotion: 'no-preference' });
  await page.goto(site);
  await hasSteps(page, 5);
  await close();
});
