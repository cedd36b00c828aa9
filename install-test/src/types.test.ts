import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pinnedNode } from './lib/host.ts';
import { packedPackages } from './lib/packed-packages.ts';
import { amongEverything } from './lib/shared-installations.ts';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const home = await amongEverything(['typed.mts']);
afterAll(() => home.remove());

/** The entries of every package that take no more than what is installed. */
const entries = packedPackages.flatMap(({ manifest }) =>
  Object.entries(manifest['exports'] ?? {}).flatMap(([entry, target]) =>
    typeof target === 'object' && entry !== './vitest' ? [`${manifest.name}${entry.slice(1)}`] : [],
  ),
);

const complaints = async (...files: string[]): Promise<string[]> => {
  const compilerOptions = { strict: true, module: 'nodenext', lib: ['es2023', 'dom'], types: [], noEmit: true };
  writeFileSync(join(home.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const printed = await home.run(pinnedNode, tsc, '-p', 'tsconfig.json', '--pretty', 'false').then(
    () => '',
    ({ message }: Error) => message,
  );
  // Ours and the program's: libraries are checked too for the sake of ours, and tfjs's own do not hold up.
  return printed
    .split('\n')
    .filter((line) => /^((?:\.\.\/)*node_modules\/@diffeo\/[^(]*|[^/(]*)\(\d+,\d+\): error/.test(line));
};

test('the declarations of every entry hold up', async () => {
  expect(entries).toEqual(expect.arrayContaining(['@diffeo/core', '@diffeo/core/engine', '@diffeo/datasets/node']));
  writeFileSync(join(home.folder, 'entries.ts'), entries.map((entry) => `export type {} from '${entry}';\n`).join(''));
  expect(await complaints('entries.ts')).toEqual([]);
});

test('a program has its options, shapes and results checked', async () => {
  expect(await complaints('typed.mts')).toEqual([]);
});

test('a mistake is noticed', async () => {
  writeFileSync(join(home.folder, 'mistake.ts'), "import { flow } from '@diffeo/core';\nflow({ eventShape: 2 });\n");
  expect((await complaints('mistake.ts')).join('\n')).toMatch(/^mistake\.ts\(2,8\): error/);
});
