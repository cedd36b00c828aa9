import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import { axeViolations, rulesOfColours } from './lib/axe-violations.ts';
import { kilobytes } from './lib/kilobytes.ts';
import { pictureChanges } from './lib/picture-changes.ts';
import { servedSite } from './lib/served-site.ts';
import { smallPictures } from './lib/small-pictures.ts';
import { type WatchedPage, watchedPage } from './lib/watched-page.ts';

let browser: Browser;
const site = servedSite();
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Where each widget is shown. */
const places = {
  stretch: 'learn/change-of-variables/',
  grid: 'learn/jacobian/',
  'one-point': 'learn/couplings/',
  'forget-logdet': 'learn/maximum-likelihood/',
  digits: 'learn/from-realnvp-to-glow/',
} as const;
type Name = keyof typeof places;

const names = Object.keys(places) as Name[];

interface Visit extends Pick<WatchedPage, 'page' | 'fetched' | 'settle'> {
  readonly widget: Locator;
}

interface Reader {
  readonly width?: number;
  readonly javaScript?: boolean;
}

/** Opens the page of a widget. What goes wrong in the page goes wrong here. */
async function visit<T>(
  name: Name | 'layer-zoo',
  use: (visit: Visit) => Promise<T>,
  { width = 1100, javaScript = true }: Reader = {},
): Promise<T> {
  const { page, complaints, fetched, settle, close } = await watchedPage(browser, site, {
    viewport: { width, height: 900 },
    colorScheme: 'light',
    javaScriptEnabled: javaScript,
  });
  try {
    await page.goto(site + (name === 'layer-zoo' ? 'layers/' : places[name]));
    const widget = page.locator(`diffeo-${name}`);
    await widget.scrollIntoViewIfNeeded();
    if (javaScript && name !== 'layer-zoo') await page.waitForSelector(`diffeo-${name}[data-ready]`);
    const result = await use({ page, widget, fetched, settle });
    expect(complaints).toEqual([]);
    return result;
  } finally {
    await close();
  }
}

/** Waits until the widget has answered whatever was asked of it, its sentence included. */
async function answered(widget: Locator, change: () => Promise<void>): Promise<string> {
  const says = widget.locator('[data-slot="says"]');
  const before = await says.textContent();
  await change();
  await expect.poll(() => says.textContent()).not.toBe(before);
  await expect.poll(() => widget.getAttribute('aria-busy')).toBeNull();
  return (await says.textContent()) ?? '';
}

/** Moves a slider by keys, as anyone can. */
const press =
  (widget: Locator, control: string, key = 'ArrowRight', times = 1) =>
  async () => {
    await widget.locator(`input[name="${control}"]`).focus();
    for (let i = 0; i < times; i++) await widget.page().keyboard.press(key);
  };

/** Drags over a slot's first picture, between two places from 0 to 1 across and down. */
const drag =
  (widget: Locator, slot: string, from: readonly [number, number], to: readonly [number, number]) => async () => {
    const picture = widget.locator(`[data-slot="${slot}"] > svg`).first();
    await picture.scrollIntoViewIfNeeded();
    const box = await picture.boundingBox();
    if (!box) throw new Error(`there is no picture in ${slot}`);
    const { mouse } = widget.page();
    const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
    await mouse.move(...at(from));
    await mouse.down();
    await mouse.move(...at(to), { steps: 5 });
    await mouse.up();
  };

/** Changes something: the first slider, or the first button where there is none. */
const stir = (widget: Locator) => async () => {
  const slider = widget.locator('input[type="range"]').first();
  if (!(await slider.count())) return widget.locator('button').first().click();
  await slider.focus();
  await widget.page().keyboard.press('ArrowRight');
};

/** What of its pictures is not as it was kept. */
const changes = async (widget: Locator, name: string): Promise<string[]> =>
  pictureChanges(await smallPictures(widget), name);

const numbersOf = (widget: Locator, attribute: string): Promise<number[]> =>
  widget
    .locator(`[data-${attribute}]`)
    .evaluateAll((all, name) => all.map((one) => Number(one.getAttribute(`data-${name}`))), attribute);

test('Stretch keeps areas, whether keys or the pointer stretch', async () => {
  await visit('stretch', async ({ widget }) => {
    for (const change of [
      press(widget, 'middle', 'ArrowRight', 4),
      press(widget, 'slice'),
      drag(widget, 'map', [0.5, 0.6], [0.5, 0.3]),
    ]) {
      const before = await widget.locator('[data-slot="map"]').innerHTML();
      await answered(widget, change);
      expect(await widget.locator('[data-slot="map"]').innerHTML()).not.toBe(before);
      const [base = 0, data = 1] = await numbersOf(widget, 'area');
      expect(Math.abs(data / base - 1)).toBeLessThan(0.02);
    }
    expect(Number(await widget.locator('input[name="middle"]').inputValue())).toBeGreaterThan(0.5);
  });
});

test('Grid says of each cell what its area says', async () => {
  await visit('grid', async ({ widget }) => {
    for (const change of [
      press(widget, 'x', 'ArrowRight', 5),
      press(widget, 'strength', 'End'),
      drag(widget, 'before', [0.4, 0.4], [0.6, 0.6]),
    ]) {
      const [, measured, det] =
        (await answered(widget, change)).match(/becomes ([\d.]+) times .* = ([\d.]+)\. The first/) ?? [];
      expect(Math.abs(Number(measured) - Number(det))).toBeLessThan(0.02 + 0.05 * Number(det));
    }
    await answered(widget, async () => {
      await widget.locator('select').selectOption('second');
    });
    expect(await widget.locator('.matrix td').nth(2).textContent()).toBe('0.00');
  });
});

test('the table of One point adds up to logProb', async () => {
  await visit('one-point', async ({ widget }) => {
    for (const change of [
      press(widget, 'x', 'ArrowRight', 3),
      press(widget, 'y', 'PageUp'),
      drag(widget, 'density', [0.5, 0.5], [0.7, 0.3]),
    ]) {
      await answered(widget, change);
      const [[sum = 0], [logProb = 1]] = [await numbersOf(widget, 'sum'), await numbersOf(widget, 'log-prob')];
      expect(Math.abs(sum - logProb)).toBeLessThan(1e-4 * (1 + Math.abs(logProb)));
      const rows = await widget.locator('tbody td:last-child').allTextContents();
      const total = rows.reduce((all, text) => all + Number(text.replace('−', '-')), 0);
      expect(Math.abs(total - logProb)).toBeLessThan(0.0006 * rows.length);
    }
  });
});

test('Forget the logDet collapses', async () => {
  await visit('forget-logdet', async ({ widget }) => {
    let says = '';
    await answered(widget, () => widget.getByRole('button', { name: 'Train both' }).click());
    await expect
      .poll(async () => (says = (await widget.locator('[data-slot="says"]').textContent()) ?? ''))
      .toMatch(/^After 480 steps/);
    const [withIt = 9, own = 9, without = 0] = [...says.matchAll(/(\d+\.\d+)/g)].map(([number]) => Number(number));
    expect(withIt).toBeLessThan(1.5);
    expect(own).toBeLessThan(1.9);
    expect(without).toBeGreaterThan(8);
    expect(
      await widget.locator('[data-slot="without"] [shape-rendering="crispEdges"]').count(),
      'steps of density',
    ).toBe(0);
    expect(await changes(widget, 'forget-logdet-again')).toEqual([]);
  });
});

test('Digits draws what it is asked for', async () => {
  await visit('digits', async ({ widget }) => {
    expect(await answered(widget, press(widget, 'digit'))).toContain('digits 4');
    expect(await answered(widget, press(widget, 'temperature', 'Home'))).toContain('temperature 0.00');
    const before = await widget.locator('[data-slot="hand"]').innerHTML();
    await press(widget, 'temperature', 'End')();
    await expect.poll(() => widget.locator('[data-slot="hand"]').innerHTML()).not.toBe(before);
  });
});

describe.each(names)('%s', (name) => {
  test('loads no TensorFlow.js before it is asked for anything, and little then, and ends its worker when it leaves the page', async () => {
    await visit(name, async ({ page, widget, fetched, settle }) => {
      await settle();
      const files = () => fetched.filter((path) => !path.endsWith('service-worker.js'));
      const before = files();
      expect(before.filter((path) => /\.wasm$|worker|safetensors/.test(path))).toEqual([]);
      await answered(widget, stir(widget));
      // The weights of the digits' flow have a limit of their own, in `digits.test.ts`.
      const after = files().filter((path) => !before.includes(path) && !/digits[\w.-]*\.safetensors$/.test(path));
      expect(after.some((path) => path.endsWith('.wasm'))).toBe(true);
      expect(kilobytes(site, after)).toBeLessThan(300);
      expect(page.workers().length).toBe(1);
      if (await widget.locator('input[type="range"]').count()) {
        await answered(widget, () => page.keyboard.press('ArrowLeft'));
        expect(await changes(widget, name), 'drawn here as it was drawn by the build').toEqual([]);
      }
      await widget.evaluate((element) => element.remove());
      await expect.poll(() => page.workers().length).toBe(0);
    });
  });
});

describe.each([...names, 'layer-zoo'] as const)('%s', (name) => {
  test('says what it means without a script, in the pictures that were kept', async () => {
    await visit(
      name,
      async ({ widget }) => {
        expect(await widget.locator('svg[role="img"][aria-label]').count()).toBeGreaterThan(1);
        expect(await widget.locator('form:visible').count()).toBe(0);
        expect(await changes(widget, name)).toEqual([]);
      },
      { javaScript: false },
    );
  });

  test('has no fault that axe finds, in the light and in the dark, nor a scroll bar on a phone', async () => {
    await visit(
      name,
      async ({ page, widget }) => {
        expect(await axeViolations(page, undefined, `diffeo-${name}`), 'light').toEqual([]);
        const furthest = await widget.evaluate((element) =>
          Math.max(
            ...[element, ...element.querySelectorAll(':scope *:not(svg *, table *)')].map(
              (one) => one.getBoundingClientRect().right,
            ),
          ),
        );
        expect(furthest).toBeLessThanOrEqual(360);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await axeViolations(page, rulesOfColours, `diffeo-${name}`), 'dark').toEqual([]);
      },
      { width: 360 },
    );
  });
});
