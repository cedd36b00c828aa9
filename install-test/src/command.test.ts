import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { satisfies } from 'semver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, install } from './lib/install.ts';
import { packed } from './lib/packed-packages.ts';
import { readSafetensors } from './lib/read-safetensors.ts';

// `npm install @diffeo/cli`, and the command by npx, in that order: later tests use the model of the first.
let home: Installation;
let printed: string;
const diffeo = (...args: string[]) => home.run('npx', '--no', '--', 'diffeo', ...args);

beforeAll(async () => {
  home = await install(['@diffeo/cli']);
  const quick = ['--steps', '20', '--batch', '64', '--held-out', '500', '--seed', '1'];
  printed = await diffeo('train', 'two-moons', ...quick, '--json', '--out', 'moons');
});
afterAll(() => home?.remove());

test('train prints one JSON object on stdout, and nothing else', () => {
  const report = JSON.parse(printed);
  expect(report).toMatchObject({ data: 'two-moons', flow: 'realnvp', dimensions: 2, steps: 20 });
  for (const value of [report.heldOut.nll, report.baseline.gaussianNll, report.kl]) expect(value).toBeTypeOf('number');
  expect(report.heldOut.count).toBe(500);
});

test('train leaves a model that any safetensors reader opens', () => {
  const { model } = JSON.parse(printed);
  const { tensors, metadata } = readSafetensors(readFileSync(resolve(home.folder, model)));
  const count = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  expect(count).toBeGreaterThanOrEqual(JSON.parse(printed).parameters);
  expect(JSON.parse(metadata['diffeo'] ?? '').eventShape).toEqual([2]);
});

test('score takes what sample drew', async () => {
  const rows = await diffeo('sample', 'moons', '--count', '5', '--seed', '1', '--out', 'drawn.csv');
  expect(rows).toBe('');
  expect(readFileSync(join(home.folder, 'drawn.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 5);
  expect(JSON.parse(await diffeo('score', 'moons', 'drawn.csv', '--json'))).toMatchObject({ count: 5 });
});

test('inspect says what is in the model', async () => {
  expect(await diffeo('inspect', 'moons', '--json')).toContain('@diffeo/layers-coupling/coupling');
});

test('check proves the layers of an installed package', async () => {
  const few = ['--only', 'round-trip,log-det-jacobian', '--backend', 'cpu', '--json'];
  const report = JSON.parse(await diffeo('check', '@diffeo/layers-coupling', ...few));
  expect(report).toMatchObject({ package: '@diffeo/layers-coupling', passed: true });
  expect(report.parts).toMatchObject([{ type: '@diffeo/layers-coupling/coupling' }]);
});

test('the command knows its own version', async () => {
  expect((await diffeo('--version')).trim()).toContain(packed('@diffeo/cli').manifest.version);
});

test("what needs another package or a newer Node than the machine's says which", async () => {
  const failure = await diffeo('jobs', '--engine', 'postgres://localhost/none').catch(({ message }: Error) => message);
  const version = (await home.run('node', '-p', 'process.versions.node')).trim();
  const isOld = satisfies(version, '<22.12');
  expect(failure).toContain(
    isOld
      ? `diffeo jobs needs Node 22.12 or later, and this is ${version}`
      : 'diffeo jobs needs the package @diffeo/cluster: npm install @diffeo/cluster',
  );
  expect(failure).toContain('ended with code 2');
});

test('what cannot be done is an exit code and a message, not a stack', async () => {
  const failure = await diffeo('train', 'no-such-data').catch(({ message }: Error) => message);
  expect(failure).toContain('no-such-data');
  expect(failure).toMatch(/ended with code [1-9]/);
  expect(failure).not.toMatch(/^\s+at /m);
});
