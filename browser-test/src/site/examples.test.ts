import type { Browser, Locator, Page } from 'playwright-core';
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

/** Opens a page. What goes wrong in it goes wrong here. */
async function visit(path: string, use: (page: Page) => Promise<void>): Promise<void> {
  const { page, complaints, close } = await watchedPage(browser, site, { viewport: { width: 1100, height: 900 } });
  try {
    await page.goto(site + path);
    await use(page);
    expect(complaints).toEqual([]);
  } finally {
    await close();
  }
}

const exampleOf = (page: Page, name: string): Locator => page.locator(`diffeo-example[data-name="${name}"]`);
const part = (example: Locator, name: string): Locator => example.locator(`[data-part="${name}"]`);
/** Waits until it has ended, and holds how it did. */
async function says(example: Locator, pattern: RegExp): Promise<void> {
  const status = () => part(example, 'status').textContent();
  await expect.poll(status).toMatch(/^(?:ran|failed|stopped)/);
  expect(await status(), (await part(example, 'output').textContent()) ?? '').toMatch(pattern);
}

/** Runs an example, and gives what it printed. */
async function run(example: Locator): Promise<Locator> {
  await part(example, 'run').click();
  await says(example, /^ran here in/);
  return part(example, 'output');
}

/** Puts other code into the editor, as a reader who selects all and pastes. */
async function write(example: Locator, code: string): Promise<void> {
  await example.locator('.cm-content').click();
  await example.page().keyboard.press('ControlOrMeta+a');
  await example.page().keyboard.insertText(code);
}

test('an example gives in the page what it gave in Node: text, tables and pictures', async () => {
  await visit('', async (page) => {
    const output = part(exampleOf(page, 'first-flow'), 'output');
    const built = await output.textContent();
    await run(exampleOf(page, 'first-flow'));
    const numbers = (text: string | null) => (text?.match(/-?\d+\.\d+/g) ?? []).map(Number);
    const [here, there] = [numbers(await output.textContent()), numbers(built)];
    expect(there.length).toBeGreaterThan(6);
    // Kernels with fused multiply-adds round otherwise.
    for (const [i, value] of there.entries()) expect(here[i]).toBeCloseTo(value, 1);
  });
  await visit('learn/couplings/', async (page) => {
    const output = await run(exampleOf(page, 'one-coupling'));
    expect(await output.locator('table tbody tr').count()).toBe(3);
    expect(await output.locator('.live-text').last().textContent()).toMatch(/^logDet: -?\d/);
  });
  await visit('learn/what-a-flow-is/', async (page) => {
    const output = await run(exampleOf(page, 'layer-by-layer'));
    expect(await output.locator('figure > svg[aria-label]').count()).toBe(5);
  });
});

test('what is changed runs with the packages, says what is wrong and where, and can be taken back', async () => {
  await visit('learn/couplings/', async (page) => {
    const example = exampleOf(page, 'one-coupling');
    await part(example, 'edit').click();
    await write(
      example,
      "import { flow } from '@diffeo/core';\nimport { realNVP } from '@diffeo/layers-coupling';\nconst model = flow({ eventShape: [7], layers: realNVP({ layers: 2 }) });\nconsole.table([{ shape: model.eventShape }]);",
    );
    const output = await run(example);
    expect(await output.locator('td').textContent()).toBe('[7]');
    await write(example, "import { flow } from '@diffeo/core';\n\nflow({ eventShape: [-1], layers: [] });");
    await run(example);
    expect(await output.locator('.live-failure').textContent()).toMatch(/DiffeoError: .*eventShape.*\(line 3\)$/s);
    await write(example, "import 'left-pad';");
    await run(example);
    expect(await output.locator('.live-failure').textContent()).toMatch(
      /'left-pad' cannot be imported here\. These can: @diffeo\/charts/,
    );
    await part(example, 'reset').click();
    await run(example);
    expect(await output.locator('table tbody tr').count()).toBe(3);
  });
});

test('what does not end is ended by the button, by the limit of time, and by leaving', async () => {
  await visit('learn/couplings/', async (page) => {
    await page.clock.install();
    const example = exampleOf(page, 'one-coupling');
    await part(example, 'edit').click();
    await write(example, "console.log('begun');\nfor (;;);");
    const begin = async () => {
      await part(example, 'run').click();
      await expect.poll(() => part(example, 'output').textContent()).toBe('begun');
      expect(page.workers()).toHaveLength(1);
    };
    await begin();
    await part(example, 'stop').click();
    await says(example, /^stopped$/);
    await expect.poll(() => page.workers().length).toBe(0);
    expect(await part(example, 'stop').isVisible()).toBe(false);

    await begin();
    await page.clock.fastForward('01:01');
    await says(example, /^stopped after 60 s$/);
    await expect.poll(() => page.workers().length).toBe(0);

    await begin();
    await example.evaluate((element) => element.remove());
    await expect.poll(() => page.workers().length).toBe(0);
  });
});
