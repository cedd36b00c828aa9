import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installStamp } from './install-stamp.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diffeo-stamp-'));
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - demo\n\ncatalog:\n  a: 1.0.0\n');
  write('pnpm-lock.yaml', 'lockfileVersion: 9\n');
  write('package.json', '{}');
  write('packages/a/package.json', '{ "name": "a" }');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the stamp stays while nothing that an install depends on changes', () => {
  const before = installStamp(folder);
  write('packages/a/src/index.ts', 'export {};');
  write('packages/not-a-package/readme.md', '');
  expect(installStamp(folder)).toBe(before);
});

test.each([
  ['the lockfile', 'pnpm-lock.yaml', 'lockfileVersion: 10\n'],
  ['the catalog', 'pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - demo\n\ncatalog:\n  a: 1.0.1\n'],
  ['a dependency', 'packages/a/package.json', '{ "name": "a", "dependencies": { "b": "1" } }'],
  ['the source of what is compiled', 'packages/a/assembly/rows/sum.ts', 'export {};'],
  ['a new package', 'packages/b/package.json', '{ "name": "b" }'],
  ['a new package in a folder of its own', 'demo/package.json', '{ "name": "demo" }'],
])('the stamp changes with %s', (_what, path, content) => {
  const before = installStamp(folder);
  write(path, content);
  expect(installStamp(folder)).not.toBe(before);
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
