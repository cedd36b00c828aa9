import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPackage } from '../src/index.ts';
import { link, linkDependencies, root } from './link-workspace.ts';
import { runNode, tsc, vitest } from './run.ts';

// docs/plugins.md, followed: its files are written where it says, what it runs is run, and what it shows must come.
const guide = readFileSync(join(root, 'docs/plugins.md'), 'utf8');

/** Blocks by what stands behind their language: the path of a file, or for `text` what prints it. */
const blocks = new Map(
  [...guide.matchAll(/^```\w+ (\S+)\n(.*?)^```/gms)].map(([, name = '', text = '']) => [name, text]),
);
const block = (name: string): string => blocks.get(name) ?? expect.fail(`the guide has no block '${name}'`);

/** What is drawn and trained may differ in its numbers, from one processor to another or when the kit draws otherwise. */
const withoutNumbers = (text: string): string => text.replaceAll(/-?\d+\.\d+/g, '#.##');

let desk = '';
const packageFolder = () => join(desk, 'radial-layer');
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(desk, path)), { recursive: true });
  writeFileSync(join(desk, path), text);
};

beforeAll(() => {
  desk = mkdtempSync(join(tmpdir(), 'diffeo-guide-'));
  createPackage({ name: 'radial-layer', folder: packageFolder() });
  linkDependencies(packageFolder());
  for (const name of ['datasets', 'layers-coupling', 'layers-elementwise', 'trainer'])
    link(packageFolder(), `@diffeo/${name}`);
  for (const [path, text] of blocks) if (/\/.*\.(ts|mjs)$/.test(path)) write(path, text);
});
afterAll(() => rmSync(desk, { recursive: true }));

test('it has the reader write files', () => {
  expect([...blocks.keys()]).toEqual(expect.arrayContaining(['radial-layer/src/radial.ts', 'elsewhere/load.mjs']));
});

test('the layer is proved, on both backends', async () => {
  const { code, output } = await vitest(packageFolder(), 'run', 'src/radial.test.ts', '-t', '\\[2\\], context none');
  expect(code, output).toBe(0);
  expect(output).toMatch(/Tests\s+\d+ passed/);
});

test('the mistake that it suggests fails as it shows', async () => {
  const path = 'radial-layer/src/radial.ts';
  const [right, wrong] = ['mul(across, dimensions - 1)', 'mul(across, dimensions)'];
  expect(block(path)).toContain(right);
  expect(guide).toContain(`\`${wrong}\` instead of \`${right}\``);
  write(path, block(path).replace(right, wrong));
  try {
    const { output } = await vitest(packageFolder(), 'run', 'src/radial.test.ts', '-t', '\\[2\\], context none, cpu');
    const failures = block('failure').trim().split('\n');
    expect(output).toMatch(new RegExp(`Tests\\s+${failures.length} failed`));
    for (const failure of failures)
      expect(withoutNumbers(output)).toContain(withoutNumbers(failure.replace(/ …$/, '')));
  } finally {
    write(path, block(path));
  }
});

test('it builds, trains, and is loaded elsewhere', async () => {
  for (const args of [[], ['-p', 'tsconfig.build.json']]) {
    expect(await tsc(packageFolder(), ...args)).toMatchObject({ code: 0, output: '' });
  }
  const trained = await runNode(packageFolder(), 'train.mjs');
  expect(withoutNumbers(trained.stdout), trained.output).toBe(withoutNumbers(block('train.mjs')));

  const elsewhere = join(desk, 'elsewhere');
  copyFileSync(join(packageFolder(), 'model.safetensors'), join(elsewhere, 'model.safetensors'));
  link(elsewhere, 'radial-layer', packageFolder());
  for (const name of ['core', 'layers-coupling', 'layers-elementwise', 'trainer']) link(elsewhere, `@diffeo/${name}`);
  const loaded = await runNode(elsewhere, 'load.mjs');
  expect(loaded.stdout, loaded.output).toBe(block('load.mjs'));
});
