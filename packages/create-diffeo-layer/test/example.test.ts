import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPackage } from '../src/index.ts';
import { linkDependencies, root } from './link-workspace.ts';
import { tsc, vitest } from './run.ts';

// examples/third-party-layer is what the template makes, and a layer of its own. It is no member of the workspace.
const example = join(root, 'examples/third-party-layer');
let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'diffeo-example-'));
  createPackage({ name: 'planar-layer', folder: join(scratch, 'made') });
  const filter = (path: string) => !/[\\/](node_modules|dist)$/.test(path);
  cpSync(example, join(scratch, 'example'), { recursive: true, filter });
  linkDependencies(join(scratch, 'example'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('the example', () => {
  const read = (folder: string, path: string) => readFileSync(join(scratch, folder, path), 'utf8');

  test.each([
    '.gitignore',
    'src/sinh-arcsinh.ts',
    'src/sinh-arcsinh.test.ts',
    'tsconfig.build.json',
    'tsconfig.json',
    'vitest.config.ts',
  ])('has the %s of the template', (path) => {
    expect(read('example', path)).toBe(read('made', path));
  });

  test('has the package.json of the template, and accepts the packages as they are here', () => {
    const [shown, made] = ['example', 'made'].map((folder) => JSON.parse(read(folder, 'package.json')));
    for (const field of ['type', 'sideEffects', 'keywords', 'files', 'exports', 'scripts', 'dependencies', 'engines']) {
      expect(shown[field], field).toEqual(made[field]);
    }
    for (const ranges of ['peerDependencies', 'devDependencies']) {
      for (const [name, range] of Object.entries<string>(made[ranges])) {
        expect(shown[ranges][name].split(' || '), `${ranges}: ${name}`).toContain(range);
      }
    }
  });

  test('has types that hold, and a layer that is proved', async () => {
    expect(await tsc(join(scratch, 'example'))).toMatchObject({ code: 0, output: '' });
    const filter = '\\[2\\], context \\[2\\]';
    const { code, output } = await vitest(join(scratch, 'example'), 'run', 'src/planar.test.ts', '-t', filter);
    expect(code, output).toBe(0);
    expect(output).toMatch(/Tests\s+\d+ passed/);
  });
});
