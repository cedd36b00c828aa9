import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Installation } from './lib/install.ts';
import { withCopiesOf } from './lib/shared-installations.ts';

// A tree as npm leaves it when versions do not meet: layers-coupling, networks and ops each with a core of their own below them.
let tree: Installation;
const ofOurs = (...path: string[]) => join(tree.folder, 'node_modules/@diffeo', ...path);
const inner = (owner: string) => ofOurs(owner, 'node_modules/@diffeo/core');
const owners = ['layers-coupling', 'networks', 'ops'];
const contract = 'dist/lib/contract/define.js';

const use = async () => JSON.parse(await tree.run('node', 'two-copies.mjs'));

beforeAll(async () => {
  const names = ['core', ...owners].map((name) => `@diffeo/${name}`);
  tree = await withCopiesOf(names, ['two-copies.mjs']);
});
afterAll(() => tree?.remove());

beforeEach(() => {
  for (const owner of owners) {
    rmSync(inner(owner), { recursive: true, force: true });
    cpSync(ofOurs('core'), inner(owner), { recursive: true });
  }
});

/** Makes a copy of core one of another version of the contract. */
function claimContract(owner: string, version: number): number {
  const file = join(inner(owner), contract);
  const code = readFileSync(file, 'utf8');
  const own = Number(/contractVersion = (\d+)/.exec(code)?.[1]);
  writeFileSync(file, code.replace(`contractVersion = ${own}`, `contractVersion = ${own + version}`));
  return own;
}

test('flows take the layers of another copy: likelihoods, gradients, files', async () => {
  const { before, after, steepest, difference } = await use();
  for (const each of before) expect(each).toBeLessThan(0);
  expect(after).toEqual(before);
  expect(steepest).toBeGreaterThan(0);
  expect(difference).toBeLessThan(1e-4);
});

test('the result is that of a tree with one copy', async () => {
  const withCopies = await use();
  for (const owner of owners) rmSync(inner(owner), { recursive: true });
  const { mistake: _, ...alone } = await use();
  expect(withCopies).toMatchObject(alone);
});

test("another copy's errors are known as errors of Diffeo, though of another class", async () => {
  const { mistake } = await use();
  expect(mistake).toMatchObject({ code: 'CONFIG', isOurs: false, isAny: true });
});

test.each([
  ['a later', 1],
  ['an earlier', -1],
])('a layer written for %s contract is refused by name, with what to install', async (_which, step) => {
  const own = claimContract('layers-coupling', step);
  const { refusal } = await use();
  expect(refusal.code).toBe('SPEC');
  for (const part of [
    "'@diffeo/layers-coupling/coupling'",
    `contract ${own + step}`,
    `contract ${own}`,
    'Install matching versions of @diffeo/layers-coupling and @diffeo/core',
  ]) {
    expect(refusal.message).toContain(part);
  }
});
