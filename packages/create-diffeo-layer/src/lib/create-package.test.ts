import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPackage } from './create-package.ts';
import { manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'create-diffeo-layer-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('a new package', () => {
  test('has every file that it needs, under the name that it was given', () => {
    const folder = createPackage({ name: '@me/bend', folder: join(scratch, 'bend') });
    expect(filesOf(folder)).toEqual([
      '.gitignore',
      'LICENSE',
      'README.md',
      'package.json',
      'src/conformance.ts',
      'src/definitions.ts',
      'src/index.ts',
      'src/sinh-arcsinh.test.ts',
      'src/sinh-arcsinh.ts',
      'tsconfig.build.json',
      'tsconfig.json',
      'vitest.config.ts',
    ]);
    const read = (path: string) => readFileSync(join(folder, path), 'utf8');
    for (const path of filesOf(folder)) expect(read(path), path).not.toMatch(/\{\{|\}\}/);
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: '@me/bend',
      keywords: expect.arrayContaining(['diffeo-layer']),
    });
    expect(read('src/sinh-arcsinh.ts')).toContain("type: '@me/bend/sinh-arcsinh'");
    expect(read('README.md')).toContain('# @me/bend\n');
    expect(read('LICENSE')).toContain(`(c) ${new Date().getFullYear()} the authors of @me/bend`);
  });

  test('asks for what this package was released with, and takes core and tfjs-core as peers', () => {
    const folder = createPackage({ name: 'bend', folder: join(scratch, 'bend') });
    const made = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const core = JSON.parse(readFileSync(new URL('../../../core/package.json', import.meta.url), 'utf8'));
    expect(made.peerDependencies).toEqual({
      '@diffeo/core': `^${core.version}`,
      '@tensorflow/tfjs-core': core.peerDependencies['@tensorflow/tfjs-core'],
    });
    const known = Object.keys(manifest().devDependencies);
    expect(known).toEqual(expect.arrayContaining(Object.keys({ ...made.dependencies, ...made.devDependencies })));
    expect(made.engines).toEqual(core.engines);
  });

  test('stands in the folder of its name unless told otherwise', () => {
    const before = process.cwd();
    try {
      process.chdir(scratch);
      createPackage({ name: '@me/bend' });
    } finally {
      process.chdir(before);
    }
    expect(readdirSync(scratch)).toEqual(['bend']);
  });

  test('may stand below folders that are not there yet, and leaves nothing beside it', () => {
    createPackage({ name: 'bend', folder: join(scratch, 'a/b/bend') });
    expect(readdirSync(join(scratch, 'a/b'))).toEqual(['bend']);
  });

  test('may stand in an empty folder, which stays the same one', () => {
    const folder = join(scratch, 'bend');
    mkdirSync(folder);
    const { ino } = statSync(folder);
    createPackage({ name: 'bend', folder });
    expect(statSync(folder).ino).toBe(ino);
    expect(existsSync(join(folder, 'src/index.ts'))).toBe(true);
  });
});

describe('nothing is written', () => {
  test.each([
    '',
    ' ',
    'My-Layer',
    'a b',
    '../up',
    '.hidden',
    '_private',
    'node_modules',
    'http',
    '@me',
    '@me/',
    "it's",
    'a'.repeat(215),
  ])('for the name %j', (name) => {
    expect(() => createPackage({ name, folder: join(scratch, 'a') })).toThrowError(Refusal);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test('into a folder that is not empty', () => {
    const folder = join(scratch, 'bend');
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(() => createPackage({ name: 'bend', folder })).toThrowError(/not empty \(mine\.txt\).*--dir/);
    expect(filesOf(scratch)).toEqual(['bend/mine.txt']);
  });

  test('over a file, nor below one', () => {
    const file = join(scratch, 'bend');
    writeFileSync(file, 'mine');
    expect(() => createPackage({ name: 'bend', folder: file })).toThrowError(/is a file/);
    expect(() => createPackage({ name: 'bend', folder: join(file, 'below') })).toThrowError();
    expect(filesOf(scratch)).toEqual(['bend']);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
