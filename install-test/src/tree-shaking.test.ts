import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle } from './lib/bundle.ts';
import { packed, packedPackages } from './lib/packed-packages.ts';
import { amongEverything } from './lib/shared-installations.ts';

const home = await amongEverything();
afterAll(() => home.remove());

/** What an application gets that uses one name of a package, tfjs apart. */
const using = (name: string, from: string): Promise<Bundle> =>
  bundle(home.folder, `import { ${name} } from '${from}';\nglobalThis.used = ${name};\n`, {
    external: (each) => each.startsWith('@tensorflow/'),
  });

interface Definition {
  readonly from: string;
  readonly name: string;
  readonly type: string;
  readonly kind: string;
}

/** What an installed package defines: its exports that carry a type. */
async function definitionsOf(from: string): Promise<Definition[]> {
  const entry = pathToFileURL(join(home.folder, '../node_modules', from, 'dist/index.js'));
  const exported = (await import(entry.href)) as Record<string, Partial<Definition> | undefined>;
  return Object.entries(exported).flatMap(([name, value]) => {
    const { type, kind } = value ?? {};
    return type !== undefined && kind !== undefined ? [{ from, name, type, kind }] : [];
  });
}

const plugins = packedPackages
  .map(({ manifest }) => manifest.name)
  .filter((name) => /^@diffeo\/(core|datasets|networks|ops|layers-.*)$/.test(name));
const definitions = (await Promise.all(plugins.map(definitionsOf))).flat();

/** The types whose names stand in the code: a definition cannot be there without its own. */
const typesIn = (code: string): string[] =>
  definitions
    .map(({ type }) => type)
    .filter((type) => ['"', "'", '`'].some((mark) => code.includes(mark + type + mark)));

/** Our packages whose code is in a bundle. */
const packagesIn = ({ modules }: Bundle): string[] =>
  [...new Set(modules.map((id) => /node_modules\/(@diffeo\/[^/]+)\//.exec(id)?.[1] ?? ''))].filter(Boolean).sort();

test('there are definitions to look at', () => {
  expect(definitions.length).toBeGreaterThan(10);
  expect(new Set(definitions.map(({ kind }) => kind))).toContain('network');
});

/** What a part takes by default unless told otherwise, and so brings. */
const defaults: Readonly<Record<string, string>> = {
  '@diffeo/layers-autoregressive/autoregressive': '@diffeo/networks/masked-mlp',
  '@diffeo/layers-classic/planar': '@diffeo/networks/mlp',
  '@diffeo/layers-continuous/continuous': '@diffeo/networks/mlp',
  '@diffeo/layers-classic/radial': '@diffeo/networks/mlp',
  '@diffeo/layers-classic/sylvester': '@diffeo/networks/mlp',
  '@diffeo/layers-coupling/coupling': '@diffeo/networks/mlp',
  '@diffeo/layers-linear/conditional-linear': '@diffeo/networks/mlp',
  '@diffeo/networks/conditional-mixture': '@diffeo/networks/mlp',
  '@diffeo/networks/conditional-normal': '@diffeo/networks/mlp',
};

describe.each(definitions)('$name of $from', ({ name, from, type }) => {
  test('brings no other part', async () => {
    const found = await using(name, from);
    const expected = [type, defaults[type]].filter((each) => each !== undefined);
    expect(typesIn(found.code).sort()).toEqual(expected.sort());
    const allowed = [from, '@diffeo/core', '@diffeo/ops', ...(defaults[type] ? ['@diffeo/networks'] : [])];
    for (const each of packagesIn(found)) expect(allowed).toContain(each);
  });
});

test('flow brings nothing but the core of core, and its default base', async () => {
  const found = await using('flow', '@diffeo/core');
  expect(packagesIn(found)).toEqual(['@diffeo/core']);
  expect(typesIn(found.code)).toEqual(['@diffeo/core/standard-normal']);
  const brought = found.modules.map((id) => id.slice(id.lastIndexOf('/') + 1));
  for (const each of ['model-file.js', 'safetensors.js', 'gradient-table.js', 'hydrate.js']) {
    expect(brought).not.toContain(each);
  }
});

test('training brings no layer and no data', async () => {
  const found = await using('fit', '@diffeo/trainer');
  for (const each of packagesIn(found))
    expect(['@diffeo/core', '@diffeo/kernels-wasm', '@diffeo/ops', '@diffeo/trainer']).toContain(each);
  // What is saved is held to what loads, and a flow has this base by default.
  expect(typesIn(found.code)).toEqual(['@diffeo/core/standard-normal']);
});

test('what is imported and not used leaves nothing behind', async () => {
  const names = plugins.map((from, i) => `import * as package${i} from '${from}';`);
  const { code } = await bundle(home.folder, `${names.join('\n')}\nglobalThis.used = 1;\n`);
  expect(code.length).toBeLessThan(100);
});

test('all of a package is more than one part of it', async () => {
  const size = ({ code }: Bundle) => gzipSync(code).length;
  const from = '@diffeo/layers-glow';
  const all = await using('glowDefinitions', from);
  expect(typesIn(all.code)).toEqual(expect.arrayContaining([`${from}/actnorm`, `${from}/multi-scale`]));
  expect(size(await using('actnorm', from))).toBeLessThan(0.6 * size(all));
});

test('every package that is bundled says that its modules have no side effects', () => {
  for (const name of plugins) expect(packed(name).manifest['sideEffects'], name).toBe(false);
});
