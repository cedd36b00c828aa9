import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPackage } from '../src/index.ts';
import { linkDependencies } from './link-workspace.ts';
import { diffeo, publint, runNode, tsc, vitest } from './run.ts';

// A package as it is made, with the workspace's packages for dependencies. The tests follow in the order of its author. That its
// conformance test passes is shown of the packed packages, by `install-test/src/template.test.ts`.
let folder = '';
beforeAll(() => {
  folder = createPackage({
    name: '@me/bend',
    folder: join(mkdtempSync(join(tmpdir(), 'create-diffeo-layer-')), 'bend'),
  });
  linkDependencies(folder);
});
afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

test('the types hold', async () => {
  expect(await tsc(folder)).toMatchObject({ code: 0, output: '' });
});

test('the conformance test fails when the layer is wrong', async () => {
  const layer = join(folder, 'src/sinh-arcsinh.ts');
  const right = readFileSync(layer, 'utf8');
  const wrong = right.replace('sub(sub(logCosh(b), logCosh(a)), logTail)', 'sub(sub(logCosh(b), logCosh(b)), logTail)');
  expect(wrong).not.toBe(right);
  try {
    writeFileSync(layer, wrong);
    const { code, output } = await vitest(folder, 'run', '-t', 'event shape \\[2\\], context none, cpu');
    expect(code).toBe(1);
    expect(output).toContain("@me/bend/sinh-arcsinh fails 'log-det-jacobian'");
    expect(output).toContain("@me/bend/sinh-arcsinh fails 'reference'");
  } finally {
    writeFileSync(layer, right);
  }
});

test('it builds, and publint has nothing against it', async () => {
  expect(await tsc(folder, '-p', 'tsconfig.build.json')).toMatchObject({ code: 0, output: '' });
  const { code, output } = await publint(folder, 'run', '.', '--strict');
  expect(code, output).toBe(0);
});

test('what is built is found and proved by diffeo check', async () => {
  const args = ['check', '@me/bend', '--backend', 'cpu', '--only', 'builds,log-det-jacobian', '--json'];
  const { code, stdout, output } = await diffeo(folder, ...args);
  expect(code, output).toBe(0);
  const { parts } = JSON.parse(stdout);
  expect(parts).toMatchObject([{ type: '@me/bend/sinh-arcsinh', passed: true }]);
});

test('what is built stands in a flow that is saved and loaded', async () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  writeFileSync(join(folder, 'use.mjs'), /^```ts\n(.*?)^```/ms.exec(readme)?.[1] ?? '');
  const { code, stdout, output } = await runNode(folder, 'use.mjs');
  expect(code, output).toBe(0);
  expect(stdout).toMatch(/Tensor\s+\[\[/);
});
