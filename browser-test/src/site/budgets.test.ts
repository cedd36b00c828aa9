import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { siteFolder } from '@diffeo/docs/site';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../lib/browser.ts';
import { kilobytes } from './lib/kilobytes.ts';
import { servedSite } from './lib/served-site.ts';
import { builtFiles, builtFolder } from './lib/site-pages.ts';
import { watchedPage } from './lib/watched-page.ts';

const site = servedSite();
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

const total = (paths: Iterable<string>): number => kilobytes(site, paths);
test('the landing page takes at most 300 kB after the click', async () => {
  const { page, fetched, settle, close } = await watchedPage(browser, site, { serviceWorkers: 'block' });
  await page.goto(site);
  await settle();
  const before = new Set(fetched);
  await page.click('[data-start]');
  await page.waitForFunction(() => Number(document.querySelector('diffeo-landing')?.getAttribute('data-step')) > 1);
  const after = fetched.filter((path) => !before.has(path));
  const size = total(after);
  expect(size, after.join(' ')).toBeLessThanOrEqual(300);
  expect(size).toBeGreaterThan(100);
  await close();
});

/** What a module of the site imports, and what that imports. */
function importedBy(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const code = readFileSync(join(builtFolder, path.slice(new URL(site).pathname.length)), 'utf8');
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  for (const [, name] of code.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
    importedBy(folder + name, seen);
  return seen;
}

test('no example takes more than 300 kB when it is run', () => {
  const root = new URL(site).pathname;
  const files = builtFiles().filter((file) => file.startsWith('assets/'));
  const named = (name: string) => files.filter((file) => new RegExp(`^assets/${name}[-.][\\w-]{8}\\.`).test(file));
  const [worker = ''] = named('file-worker');
  const [backend = ''] = named('tfjs-backend-wasm-simd');
  const [kernels = ''] = named('kernels-relaxed-simd');
  const examples = readdirSync(join(siteFolder, 'src/examples')).map((file) => file.replace(/\.js$/, ''));
  const heavy = examples.flatMap((name) => {
    const [chunk = ''] = named(name);
    const scripts = importedBy(root + chunk, importedBy(root + worker));
    const size = total([...scripts, root + backend, root + kernels]);
    expect(size, name).toBeGreaterThan(200);
    return size > 300 ? [`${name}: ${size.toFixed(1)} kB`] : [];
  });
  expect(heavy).toEqual([]);
});
