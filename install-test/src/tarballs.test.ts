import { homedir, tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { satisfies, validRange } from 'semver';
import { describe, expect, test } from 'vitest';
import { packed, packedPackages } from './lib/packed-packages.ts';
import { root } from './lib/repository.ts';

/** Every path that a field of package.json names, whatever it is nested in. */
const pathsIn = (field: unknown): string[] =>
  typeof field === 'string' ? [posix.normalize(field)] : Object.values(field ?? {}).flatMap(pathsIn);

/** Where a relative specifier leads. */
const resolved = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier);

const relativeImports = (code: string): string[] =>
  [...code.matchAll(/(?:from|import)\s*\(?\s*'(\.\.?\/[^']*)'/g)].map(([, specifier = '']) => specifier);

describe.each(packedPackages.map((each) => ({ ...each, name: each.manifest.name })))('$name', ({ manifest, files }) => {
  const paths = [...files.keys()];
  const within = (folder: string, ending: string) =>
    paths.filter((path) => path.startsWith(`${folder}/`) && path.endsWith(ending));

  test('has its README, its licence and what package.json points to', () => {
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(files.get('README.md')).toContain(`# ${manifest.name}\n`);
    expect(files.get('LICENSE')).toContain('MIT License');
    for (const path of [...pathsIn(manifest['exports']), ...pathsIn(manifest['bin'])]) {
      const found = path.includes('*') ? paths.some((each) => posix.matchesGlob(each, path)) : files.has(path);
      expect(found, path).toBe(true);
    }
    for (const path of pathsIn(manifest['bin'])) expect(files.get(path)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('enters at JavaScript with types beside it', () => {
    const entries = [...pathsIn(manifest['exports']), ...pathsIn(manifest['bin'])].filter((path) =>
      path.endsWith('.js'),
    );
    expect(entries.length).toBeGreaterThan(0);
    for (const path of entries) expect(path).toMatch(/^dist\//);
    const modules = (ending: string) => within('dist', ending).map((path) => path.slice(0, -ending.length));
    expect(modules('.d.ts').sort()).toEqual(modules('.js').sort());
  });

  test('imports only files that are there', () => {
    for (const path of within('dist', '.js')) {
      for (const specifier of relativeImports(files.get(path) ?? '')) {
        expect(files.has(resolved(path, specifier)), `${path}: ${specifier}`).toBe(true);
      }
    }
  });

  test('has the sources that its source maps name', () => {
    for (const path of within('dist', '.map')) {
      const { sources } = JSON.parse(files.get(path) ?? '') as { readonly sources: readonly string[] };
      for (const source of sources) expect(files.has(resolved(path, source)), `${path}: ${source}`).toBe(true);
    }
  });

  test('has no tests, no tools and nothing of the machine that packed it', () => {
    const ofTools = /\.test\.|(^|\/)(test|\.[^/]+|node_modules)\/|tsconfig|\.tsbuildinfo$/;
    expect(paths.filter((path) => ofTools.test(path) && !path.startsWith('template/'))).toEqual([]); // what it writes for others
    const places = [root, join(homedir(), '/'), join(tmpdir(), '/'), 'file:///'];
    for (const [path, text] of files) {
      for (const place of places) expect(text.includes(place), `${path}: ${place}`).toBe(false);
    }
  });

  test('asks for ranges that npm understands and that our own versions satisfy', () => {
    const { dependencies, peerDependencies, devDependencies } = manifest;
    for (const [name, range] of Object.entries({ ...devDependencies, ...peerDependencies, ...dependencies })) {
      expect(validRange(range), `${name}: ${range}`).not.toBeNull();
      if (name.startsWith('@diffeo/'))
        expect(satisfies(packed(name).manifest.version, range), `${name}: ${range}`).toBe(true);
    }
    expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:/);
  });

  test('runs nothing when it is installed', () => {
    expect(Object.keys(manifest['scripts'] ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pre|post)?(install|prepare)$/)]),
    );
  });
});
