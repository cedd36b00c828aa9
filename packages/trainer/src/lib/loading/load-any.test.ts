import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defineLayer, flow, isFlow, mixture, save } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { afterAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { loadAny } from './load-any.ts';

await useWasm();
const folder = mkdtempSync(join(tmpdir(), 'diffeo-load-any-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ran = (): string[] => ((globalThis as { diffeoRan?: string[] }).diffeoRan ??= []);

function writePackage(name: string, dependencies: Record<string, string>, code: string): void {
  const own = join(folder, 'node_modules', name);
  mkdirSync(own, { recursive: true });
  const manifest = {
    name,
    version: '1.0.0',
    type: 'module',
    exports: { '.': './index.js' },
    peerDependencies: dependencies,
  };
  writeFileSync(join(own, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(own, 'index.js'), `(globalThis.diffeoRan ??= []).push('${name}');\n${code}`);
}
/** A layer that changes nothing, as source of a package. */
const identity = (type: string) => `
import { defineLayer } from '@diffeo/core';
import { zeros } from '@tensorflow/tfjs-core';
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value ?? {} }) } };
const map = (_, value) => ({ value, logDet: zeros([value.shape[0]]) });
export const layer = defineLayer({ type: '${type}', version: 1, schema,
  build: (_, { eventShape }) => ({ eventShape, baseShape: eventShape, contextShape: null, layout: {}, init: () => ({}), forward: map, inverse: map }) });
`;
/** The same layer, known here alone. */
const stranger = (type: string) =>
  defineLayer({
    ...{ type, version: 1, schema: strictObject({}) },
    build: (_, { eventShape }) => ({
      ...{ eventShape, baseShape: eventShape, contextShape: null, layout: {}, init: () => ({}) },
      forward: (_params, value) => ({ value, logDet: zeros([value.shape[0] as number]) }),
      inverse: (_params, value) => ({ value, logDet: zeros([value.shape[0] as number]) }),
    }),
  });
const fileWith = async (type: string) => {
  const model = flow({ eventShape: [2], layers: [stranger(type)()] });
  return await save(model, model.init(1));
};

writePackage('my-layers', { '@diffeo/core': '*' }, identity('my-layers/identity'));
writePackage('deep-layers', { '@diffeo/core': '*' }, identity('deep-layers/identity'));
writePackage('bundle', { '@diffeo/core': '*', 'deep-layers': '*' }, `${identity('bundle/identity')}`);
writePackage('no-layers', {}, 'export const nothing = 1;');
writePackage('undeclared', { '@diffeo/core': '*' }, identity('undeclared/identity'));
const linked = ['core', 'layers-coupling', 'layers-elementwise'].map((name) => `@diffeo/${name}`);
for (const name of [...linked, '@tensorflow/tfjs-core']) {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  const entry = fileURLToPath(import.meta.resolve(name));
  symlinkSync(
    entry.slice(0, entry.lastIndexOf(name.split('/')[1] as string) + (name.split('/')[1] as string).length),
    place,
  );
}
const dependencies = Object.fromEntries(
  [...linked.slice(1), 'my-layers', 'bundle', 'no-layers', 'missing'].map((name) => [name, '*']),
);
writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'a-program', dependencies }));
mkdirSync(join(folder, 'src'));
const from = pathToFileURL(join(folder, 'src', 'program.js'));
const refusal = async (type: string, options: object = {}): Promise<{ code: string; message: string }> =>
  loadAny(await fileWith(type), { from, ...options }).then(
    () => expect.fail('loaded'),
    (error) => error,
  );

test('a flow of packages that the program depends on is loaded, with what lies inside its parts', async () => {
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [4] })] });
  const params = await model.start(model.init(1), zeros([4, 2]));
  const loaded = await loadAny(await save(model, params, { metadata: { of: 'moons' } }), { from });
  expect(JSON.stringify(loaded.model.spec)).toBe(JSON.stringify(model.spec));
  expect(loaded.metadata).toEqual({ of: 'moons' });
  const mixed = mixture([model]);
  expect(isFlow((await loadAny(await save(mixed, mixed.init(1)), { from: folder })).model)).toBe(false);
});

test("strangers' layers are found in the packages that the program and those packages depend on", async () => {
  const { model } = await loadAny(await fileWith('my-layers/identity'), { from: from.href });
  expect(model.eventShape).toEqual([2]);
  expect(ran()).toEqual(['my-layers']);
  const inner = flow({ eventShape: [2], layers: [stranger('bundle/identity')(), stranger('deep-layers/identity')()] });
  await loadAny(await save(inner, inner.init(1)), { from });
  expect(ran()).toEqual(['my-layers', 'bundle', 'deep-layers']);
});

test('nothing of any other package is run', async () => {
  const before = [...ran()];
  for (const [type, why] of [
    ['undeclared/identity', /'undeclared' is not a dependency of .*package\.json\. Nothing of it was run/],
    ['no-layers/identity', /'no-layers' does not depend on @diffeo\/core/],
    ['missing/identity', /'missing' is not installed/],
    ['node:child_process/x', /names no package/],
    ['../../undeclared/x', /names no package/],
  ] as const) {
    const error = await refusal(type);
    expect(error).toMatchObject({ code: 'UNKNOWN_TYPE', message: expect.stringMatching(why) });
  }
  expect(ran()).toEqual(before);
});

test('what the program names, it has agreed to', async () => {
  await loadAny(await fileWith('undeclared/identity'), { from, packages: ['undeclared'] });
  expect(ran()).toContain('undeclared');
  expect(await refusal('no-layers/identity', { packages: ['no-layers'] })).toMatchObject({ code: 'UNKNOWN_TYPE' });
  expect(ran()).toContain('no-layers');
  const known = stranger('nowhere/identity');
  const loaded = await loadAny(await fileWith('nowhere/identity'), { from, definitions: [known] });
  expect(loaded.model.eventShape).toEqual([2]);
});

test.each([
  [{}, /from/],
  [{ from: 3 }, /from must be your module's address/],
  [{ from, packages: [1] }, /packages/],
  [{ from: 'file:///no/such/place.js' }, /no package.json around/],
])('%j is refused', async (options, message) => {
  const bytes = await fileWith('my-layers/identity');
  await expect(loadAny(bytes, options as never)).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(message),
  });
});
