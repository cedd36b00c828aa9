import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Manifest, violations, type WorkspacePackage } from './import-boundaries.ts';
import { importCycle } from './import-cycle.ts';
import { root, workspacePackages } from './repository.mjs';
import { importsOf, sourceFiles } from './source-imports.ts';

const workspace: WorkspacePackage[] = workspacePackages().map(({ folder, manifest }) => ({
  name: manifest['name'],
  folder: join(root, folder),
  manifest: manifest as Manifest,
  files: sourceFiles(join(root, folder)),
}));
const packages = new Map(workspace.map((each) => [each.name, each]));
const rootManifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const shared = new Set(Object.keys(rootManifest.devDependencies ?? {}));

describe.each(workspace)('$name', (subject) => {
  test('imports only what its place in the workspace allows, and declares it', () => {
    expect(violations(subject, packages, shared)).toEqual([]);
  });

  test('has no circular imports', () => {
    const cycle = importCycle(subject.files)?.map((path) => relative(subject.folder, path));
    expect(cycle).toBeUndefined();
  });

  test('takes core and tfjs-core as peers when it is a library, so that an application holds one copy of each', () => {
    if (subject.manifest.private || subject.name === '@diffeo/cli') return;
    const owned = Object.keys(subject.manifest.dependencies ?? {});
    expect(owned).not.toContain('@diffeo/core');
    expect(owned).not.toContain('@tensorflow/tfjs-core');
  });
});

describe('the rules themselves', () => {
  const core = library('@diffeo/core', '', []);
  const glow = library('@diffeo/layers-glow', '', []);
  const all = new Map([core, glow].map((each) => [each.name, each]));
  const reasons = (subject: WorkspacePackage) => violations(subject, all, new Set(['vitest']));

  test.each([
    ['another layer package', '@diffeo/layers-glow', 'src/lib/a.ts: must not import @diffeo/layers-glow'],
    ['a backend', '@tensorflow/tfjs-backend-cpu', 'must not bring a backend (@tensorflow/tfjs-backend-cpu)'],
    [
      "another package's inside",
      '@diffeo/core/lib/flow.ts',
      "'@diffeo/core/lib/flow.ts' is not an entry of @diffeo/core",
    ],
    ['a file outside the package', '../../../core/src/index.ts', "'../../../core/src/index.ts' leaves the package"],
    ['what is not declared', 'valibot', 'imports valibot, which is not declared'],
    ["Node's own modules", 'node:fs', 'runs in browsers, so must not import node:fs'],
  ])('a layer must not import %s', (_what, specifier, reason) => {
    const layer = library('@diffeo/layers-coupling', `export * from '${specifier}';`, ['@diffeo/core']);
    expect(reasons(layer).join('\n')).toContain(reason);
  });

  test('a forbidden package may not stand in package.json either', () => {
    expect(reasons(library('@diffeo/layers-coupling', '', ['@diffeo/layers-glow']))).toEqual([
      'package.json: must not import @diffeo/layers-glow',
    ]);
  });

  test('a package without a rule fails', () => {
    expect(reasons(library('@diffeo/unheard-of', '', []))).toHaveLength(1);
  });

  test('a private name is judged by all that it stands for', () => {
    const layer = library('@diffeo/layers-coupling', "import '#inside';", []);
    const imports = { '#inside': { node: '@diffeo/layers-glow', default: './src/lib/b.ts' } };
    expect(reasons({ ...layer, manifest: { ...layer.manifest, imports } }).join('\n')).toContain(
      'must not import @diffeo/layers-glow',
    );
  });

  test('what is allowed and declared passes', () => {
    const layer = library('@diffeo/layers-coupling', "import type { Flow } from '@diffeo/core';", ['@diffeo/core']);
    expect(reasons(layer)).toEqual([]);
  });

  test('an entry may be a pattern, and what follows a question mark is for a bundler', () => {
    const core = library('@diffeo/core', '', []);
    const exports = { '.': './src/index.ts', './data/*.bin': './data/*.bin' };
    const all = new Map([[core.name, { ...core, manifest: { ...core.manifest, exports } }]]);
    const found = (specifier: string) =>
      violations(library('@diffeo/layers-coupling', `import '${specifier}';`, ['@diffeo/core']), all, new Set());
    expect(found('@diffeo/core/data/a.bin?url')).toEqual([]);
    expect(found('@diffeo/core/data/.bin')).toHaveLength(1);
    expect(found('@diffeo/core/data/a.txt?url')).toHaveLength(1);
  });

  function library(name: string, code: string, peers: string[]): WorkspacePackage {
    const folder = join('/workspace/packages', name.slice('@diffeo/'.length));
    const path = join(folder, 'src/lib/a.ts');
    return {
      name,
      folder,
      manifest: {
        exports: { '.': './src/index.ts' },
        peerDependencies: Object.fromEntries(peers.map((p) => [p, '*'])),
      },
      files: [{ path, isTest: false, imports: importsOf(path, code) }],
    };
  }
});

test('finds imports of values and of types, re-exports, and dynamic imports, but not those in comments', () => {
  const code = `
    /** @example import { no } from './comment.ts' */
    import type { A } from './type.ts';
    import { b } from './value.ts';
    import './effect.ts';
    export * from './all.ts';
    export type { C } from './exported-type.ts';
    const d = await import('./dynamic.ts');
    export const e = "import './text.ts'";
  `;
  expect(importsOf('a.ts', code).sort()).toEqual(
    ['./all.ts', './dynamic.ts', './effect.ts', './exported-type.ts', './type.ts', './value.ts'].sort(),
  );
});

test('finds a circle of imports, and only a circle', () => {
  const file = (name: string, ...imports: string[]) => ({ path: `/p/${name}.ts`, isTest: false, imports });
  const diamond = [file('a', './b.ts', './c.ts'), file('b', './d.ts'), file('c', './d.ts'), file('d')];
  expect(importCycle(diamond)).toBeUndefined();
  expect(importCycle([...diamond.slice(0, 3), file('d', './b.ts')])).toEqual(['/p/b.ts', '/p/d.ts', '/p/b.ts']);
});
