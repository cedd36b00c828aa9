import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pinnedNode } from './lib/host.ts';
import type { Installation } from './lib/install.ts';
import { promisedLines } from './lib/markdown-examples.ts';
import { allPages, installingPages as pages } from './lib/pages.ts';
import { root } from './lib/repository.ts';
import type { Command } from './lib/run.ts';
import { withLinksTo } from './lib/shared-installations.ts';

/** Runs a command that a page shows, with the program that the page has its reader install. */
async function runLine(line: string, page: Installation): Promise<void> {
  const [npx, program, ...args] = line.split(' ');
  if (npx !== 'npx' || program !== 'diffeo') throw new Error(`only 'npx diffeo …' can be run here, not '${line}'`);
  await page.run(pinnedNode, 'node_modules/@diffeo/cli/dist/bin.js', ...args);
}

describe.each(pages)('$path', ({ packages, examples }) => {
  // An empty folder in which nothing is found but what the page has its reader install.
  let page: Installation;
  beforeAll(async () => {
    page = await withLinksTo(packages);
  });
  afterAll(() => page?.remove());

  test.each(examples.map((example, i) => ({ ...example, number: i + 1 })))(
    'example $number runs with what the page installs, and prints what it says',
    async ({ code, isTest, isShell, number }) => {
      if (isShell) {
        for (const line of code.trim().split('\n')) await runLine(line, page);
        return;
      }
      const file = `example-${number}${isTest ? '.test' : ''}.ts`;
      writeFileSync(join(page.folder, file), code);
      const vitest = join('node_modules', 'vitest', 'vitest.mjs');
      const command: Command = isTest ? [pinnedNode, vitest, 'run', file] : [pinnedNode, file];
      const lines = (await page.run(...command)).split('\n');
      for (const [i, expected] of promisedLines(code).entries()) if (expected !== null) expect(lines[i]).toBe(expected);
    },
  );
});

// Without it npx would fetch whatever a stranger has published under the name of the program.
test('who is shown `npx diffeo` is told to install it', () => {
  const showing = allPages.filter(({ text }) => /^npx diffeo /m.test(text));
  expect(showing.length).toBeGreaterThan(3);
  expect(showing.filter(({ packages }) => !packages.includes('@diffeo/cli')).map(({ path }) => path)).toEqual([]);
});

test('every package says how it is installed, and shows code', () => {
  const commands = ['packages/cli/README.md']; // installed and shown as a command
  const shown = pages.map(({ path }) => path).filter((path) => path.startsWith('packages/'));
  const all = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  expect([...shown, ...commands].sort()).toEqual(all.sort());
});

test.each(readdirSync(join(root, 'packages')))('the README of %s stands alone on a registry page', (name) => {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]); // a registry has no other files
  expect(links).toContain(`https://diffeo.github.io/diffeo/reference/${name}/`);
  expect(links).toContain('https://github.com/diffeo/diffeo');
});
