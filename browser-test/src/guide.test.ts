import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Installation, install } from '@diffeo/install-test/install';
import { installedBy } from '@diffeo/install-test/markdown-examples';
import { root } from '@diffeo/install-test/repository';
import type { Browser } from 'playwright-core';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from './lib/browser.ts';

// The guide to a first flow in a page, followed: its files are written where it says, into an empty folder.
const guide = readFileSync(join(root, 'apps/docs/src/content/docs/guides/first-flow-in-a-page.md'), 'utf8');
const files = [...guide.matchAll(/^```ts page\/(\S+)\n(.*?)^```/gms)].map(([, path = '', text = '']) => ({
  path,
  text,
}));

/** What the template that the guide starts from has beside `src`. */
const html = '<!doctype html><div id="app"></div><script type="module" src="/src/main.ts"></script>';
/** How the template has the compiler check files before they are bundled. */
const compilerOptions = {
  ...{ target: 'es2023', module: 'esnext', lib: ['ES2023', 'DOM'], types: ['vite/client'], skipLibCheck: true },
  ...{ moduleResolution: 'bundler', allowImportingTsExtensions: true, verbatimModuleSyntax: true, noEmit: true },
  ...{ moduleDetection: 'force', noUnusedLocals: true, noUnusedParameters: true, erasableSyntaxOnly: true },
};
const tsconfig = JSON.stringify({ compilerOptions, include: ['src'] });

const folderOf = (name: string): string => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

let browser: Browser;
let home: Installation;
beforeAll(async () => {
  browser = await startBrowser();
  home = await install(installedBy(guide));
  symlinkSync(folderOf('vite'), join(home.folder, 'node_modules/vite'), 'junction'); // which the template brings
  const ofTemplate = [
    { path: 'index.html', text: html },
    { path: 'tsconfig.json', text: tsconfig },
  ];
  for (const { path, text } of [...files, ...ofTemplate]) {
    mkdirSync(dirname(join(home.folder, path)), { recursive: true });
    writeFileSync(join(home.folder, path), text);
  }
});
afterAll(async () => {
  await browser?.close();
  home?.remove();
});

test('the compiler of the template has nothing to say of the files of the guide', async () => {
  expect(await home.run(process.execPath, join(folderOf('typescript'), 'bin/tsc'))).toBe('');
});

test('the page of the guide trains and draws two moons', async () => {
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['src/main.ts', 'src/train-worker.ts', 'vite.config.ts']),
  );
  delete process.env['NODE_ENV']; // vitest's `test` would keep Vite from bundling for production
  const site = { root: home.folder, configFile: join(home.folder, 'vite.config.ts'), logLevel: 'error' } as const;
  await build(site);
  const server = await preview({ ...site, preview: { host: '127.0.0.1', port: 0 } });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('response', (response) => {
    if (!response.ok()) complaints.push(relative('/', new URL(response.url()).pathname));
  });
  try {
    await page.goto(server.resolvedUrls?.local[0] as string);
    await page.getByText('done, on').waitFor({ timeout: 120_000 });
    expect(await page.getByRole('status').textContent()).toBe('done, on relaxed-simd kernels');
    const picture = await page.locator('#app svg').first().innerHTML();
    expect(picture.match(/h0/g)?.length).toBe(1000);
    expect(complaints).toEqual([]);
  } finally {
    await page.close();
    await server.close();
  }
});
