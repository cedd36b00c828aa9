import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manifest } from './manifest.ts';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'create-diffeo-layer-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));
const create = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: scratch, encoding: 'utf8' });

test('makes a package and says what to do next', () => {
  const { status, stdout, stderr } = create('@me/bend');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('cd bend\n  npm install\n  npm test');
  expect(existsSync(join(scratch, 'bend/package.json'))).toBe(true);
});

test('--dir says where', () => {
  expect(create('bend', '--dir', 'layers/mine').stdout).toContain('cd layers/mine\n');
  expect(existsSync(join(scratch, 'layers/mine/package.json'))).toBe(true);
});

test('into the folder where it is called, without a cd', () => {
  expect(create('bend', '--dir', '.').stdout).not.toContain('cd');
  expect(existsSync(join(scratch, 'package.json'))).toBe(true);
});

test('says how to use it, and its version', () => {
  expect(create('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('--dir') });
  expect(create('--version')).toMatchObject({ status: 0, stdout: `${manifest().version}\n` });
  expect(create()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('USAGE') });
});

test.each([
  [['Bad Name'], 'Bad Name'],
  [['one', 'two'], 'one, two'],
  [['bend', '--dri', 'x'], 'dri'],
  [['bend', '--dir'], '--dir needs a folder'],
  [['--dir', 'x'], 'NAME'],
])('%j is refused in one line', (args, why) => {
  const { status, stdout, stderr } = create(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^create-diffeo-layer: .*\n$/);
  expect(stderr).toContain(why);
  expect(readdirSync(scratch)).toEqual([]);
});
