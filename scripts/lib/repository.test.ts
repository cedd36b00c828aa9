import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pins, root, workspacePackages } from './repository.mjs';

test('the pins are exact versions', () => {
  const { node, pnpm } = pins();
  expect(node).toMatch(/^\d+\.\d+\.\d+$/);
  expect(pnpm).toMatch(/^\d+\.\d+\.\d+$/);
});

test('every package of the workspace is found, and named after its folder', () => {
  const packages = workspacePackages();
  const found = packages.map(({ manifest }) => manifest['name']);
  expect(found).toContain('@diffeo/core');
  expect(found.map((name) => name.replace('@diffeo/', ''))).toEqual(
    packages.map(({ folder }) => folder.split('/').at(-1)),
  );
  expect(packages.every(({ folder }) => existsSync(join(root, folder, 'package.json')))).toBe(true);
});
