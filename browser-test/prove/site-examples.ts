import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveSite } from '@diffeo/docs/site';
import type { Page } from 'playwright-core';
import { findBrowser } from '../src/lib/find-browser.ts';
import { launch } from '../src/lib/launch.ts';
import { freshSite } from '../src/site/lib/fresh-site.ts';
import { builtFolder, sitePages } from '../src/site/lib/site-pages.ts';
import { watchedPage } from '../src/site/lib/watched-page.ts';

export const description =
  'Each live example of the site prints in the page what it printed in Node while the site was built.';
export const takes = '2 minutes, and 1 to build the site';
/** Examples, in the order of their pages. */
export const counts = { whole: 1000, short: 1 };

/** Numbers of a text as they are written; a page has minus signs for hyphens. */
const numbersOf = (text: string): number[] =>
  (text.replaceAll('−', '-').match(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? []).map(Number);

/** Kernels round differently where multiply-adds are fused, and training makes more of it. */
const isNear = (here: number, there: number): boolean => Math.abs(here - there) <= 0.05 * (1 + Math.abs(there));

/** Runs one, and says what is not as it was. */
async function tryExample(page: Page, name: string): Promise<void> {
  const example = page.locator(`diffeo-example[data-name="${name}"]`).first();
  const part = (which: string) => example.locator(`[data-part="${which}"]`);
  const shape = () =>
    part('output').evaluate((output) =>
      [output.querySelectorAll('svg').length, output.querySelectorAll('tr').length].join(),
    );
  const text = () => part('output').locator('.live-text, td').allTextContents();
  await example.scrollIntoViewIfNeeded();
  const [builtShape, built] = [await shape(), numbersOf((await text()).join(' '))];
  await part('run').click();
  await page.waitForFunction(
    (which) =>
      /^(?:ran|failed|stopped)/.test(
        document.querySelector(`diffeo-example[data-name="${which}"] [data-part="status"]`)?.textContent ?? '',
      ),
    name,
  );
  const status = (await part('status').textContent()) ?? '';
  if (!status.startsWith('ran')) throw new Error(`${name} ${status}: ${await part('output').textContent()}`);
  if ((await shape()) !== builtShape)
    throw new Error(`${name} draws ${await shape()} pictures and rows, not ${builtShape}`);
  const here = numbersOf((await text()).join(' '));
  const off = built.findIndex((there, i) => !isNear(here[i] ?? Number.NaN, there));
  if (here.length !== built.length || off >= 0)
    throw new Error(`${name} prints ${here[off]} where Node printed ${built[off]}`);
}

export async function run({ count, print }: { readonly count: number; print(line: string): void }): Promise<string> {
  await freshSite();
  const found = await findBrowser();
  if ('failure' in found) throw new Error(found.failure);
  const examples = new Map<string, string>();
  for (const path of sitePages()) {
    const html = readFileSync(join(builtFolder, path, 'index.html'), 'utf8');
    for (const [, name = ''] of html.matchAll(/<diffeo-example[^>]*data-name="([\w-]+)"/g)) examples.set(name, path);
  }
  const [browser, served] = [await launch(found), await serveSite()];
  let tried = 0;
  try {
    for (const [name, path] of [...examples].slice(0, count)) {
      const { page, complaints, close } = await watchedPage(browser, served.url);
      await page.goto(served.url + path);
      await tryExample(page, name);
      if (complaints.length > 0) throw new Error(`${name}: ${complaints.join('\n')}`);
      await close();
      print(`${name}: as in Node`);
      tried++;
    }
    return `${tried} of ${examples.size} examples print what they printed in Node`;
  } finally {
    await browser.close();
    await served.close();
  }
}
