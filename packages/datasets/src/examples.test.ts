import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as entry from './index.ts';
import * as nodeEntry from './node.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** What `code` prints when it runs as a module of its own beside this package's dependencies. */
async function output(code: string): Promise<string[]> {
  const folder = await mkdtemp(join(root, 'node_modules', '.example-'));
  const file = join(folder, 'example.mjs');
  const sources = code
    .replaceAll("'@diffeo/datasets/node'", `'${import.meta.dirname}/node.ts'`)
    .replaceAll("'@diffeo/datasets'", `'${import.meta.dirname}/index.ts'`);
  try {
    await writeFile(file, sources);
    return (await run(process.execPath, [file])).stdout.trim().split('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the comments behind `console.log` promise; those in words promise nothing in particular. */
const promised = (code: string): (string | null)[] =>
  [...code.matchAll(/console\.log\(.*\);(?: \/\/ (.*))?$/gm)].map(([, comment = '']) =>
    /^[\d[]/.test(comment) ? comment.replace(/^\[(.*)\]/, '[ $1 ]') : null,
  );

async function check(code: string): Promise<void> {
  const lines = await output(code);
  for (const [i, expected] of promised(code).entries()) if (expected !== null) expect(lines[i]).toBe(expected);
}

test('the examples of the README do what they say', async () => {
  const blocks = [...(await readFile(join(root, 'README.md'), 'utf8')).matchAll(/```ts\n(.*?)```/gs)];
  expect(blocks).toHaveLength(3);
  for (const [, code = ''] of blocks) await check(code);
});

test('the examples of the doc comments do what they say', async () => {
  const files = await readdir(import.meta.dirname, { recursive: true });
  let found = 0;
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const text = await readFile(join(import.meta.dirname, file), 'utf8');
    for (const [, example = ''] of text.matchAll(/ \* @example\n((?: \* .*\n)+) \*\//g)) {
      found++;
      const code = example.replaceAll(/^ \* /gm, '');
      const used = (names: object): string =>
        Object.keys(names)
          .filter((name) => new RegExp(`\\b${name}\\(`).test(code))
          .join(', ');
      await check(
        `import { ${used(entry)} } from '@diffeo/datasets';\nimport { ${used(nodeEntry)} } from '@diffeo/datasets/node';\n${code}`,
      );
    }
  }
  expect(found).toBe(4);
});
