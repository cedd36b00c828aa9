import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleBatches, type NumberedExample } from './lib/example-batches.ts';
import { pinnedNode } from './lib/host.ts';
import type { Installation } from './lib/install.ts';
import { promisedLines } from './lib/markdown-examples.ts';
import { allPages, installingPages as pages } from './lib/pages.ts';
import { root } from './lib/repository.ts';
import { withLinksTo } from './lib/shared-installations.ts';

/** Runs a command that a page shows, with the program that the page has its reader install. */
async function runLine(line: string, page: Installation): Promise<void> {
  const [npx, program, ...args] = line.split(' ');
  if (npx !== 'npx' || program !== 'diffeo') throw new Error(`only 'npx diffeo …' can be run here, not '${line}'`);
  await page.run(pinnedNode, 'node_modules/@diffeo/cli/dist/bin.js', ...args);
}

/** Runs programs one after another, and says on a line of its own where each begins. */
const inTurns = `for (const file of process.argv.slice(2)) {
  console.log('>>> ' + file);
  await import('./' + file);
}
`;

/** Runs programs in one process, and returns what each printed. */
async function runInTurns(files: readonly string[], page: Installation): Promise<readonly string[]> {
  writeFileSync(join(page.folder, 'in-turns.mjs'), inTurns);
  const printed = await page.run(pinnedNode, 'in-turns.mjs', ...files);
  return printed.split(/^>>> .*\n/m).slice(1);
}

describe.each(pages)('$path', ({ packages, examples }) => {
  // An empty folder in which nothing is found but what the page has its reader install.
  let page: Installation;
  beforeAll(async () => {
    page = await withLinksTo(packages);
  });
  afterAll(() => page?.remove());

  const batches = exampleBatches(examples).map((batch) => ({
    batch,
    numbers: batch.map(({ number }) => number).join(', '),
  }));
  test.each(batches)(
    'example $numbers: runs with what the page installs, and prints what it says',
    async ({ batch }) => {
      const files = batch.map(({ number, isTest }) => `example-${number}${isTest ? '.test' : ''}.ts`);
      for (const [i, { code, isShell }] of batch.entries()) {
        if (!isShell) writeFileSync(join(page.folder, files[i] as string), code);
      }
      const [{ code, isTest, isShell }] = batch as [NumberedExample];
      if (isShell) for (const line of code.trim().split('\n')) await runLine(line, page);
      else if (isTest) await page.run(pinnedNode, join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...files);
      else {
        const printed = await runInTurns(files, page);
        for (const [which, example] of batch.entries()) {
          const lines = printed[which]?.split('\n') ?? [];
          for (const [i, expected] of promisedLines(example.code).entries())
            if (expected !== null) expect(lines[i], files[which]).toBe(expected);
        }
      }
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
