import { readdirSync } from 'node:fs';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, describe, expect, test } from 'vitest';
import { allLayers } from './all-layers.ts';
import { drawLayer } from './drawing.ts';

const packages = new URL('../../../../../packages/', import.meta.url);
const layers = await allLayers();

beforeAll(() => useWasm());

interface Named {
  readonly type: string;
  readonly kind: string;
}

const isDefinition = (value: unknown): value is Named =>
  typeof value === 'function' && 'type' in value && 'kind' in value && typeof value.type === 'string';

/** The types of the layers and element-wise transforms that a package exports, alone or in a list. */
async function exported(name: string): Promise<string[]> {
  const exports = Object.values((await import(new URL(`${name}/src/index.ts`, packages).href)) as object).flat();
  const own = exports.filter(isDefinition).filter(({ type }) => type.startsWith(`@diffeo/${name}/`));
  return [...new Set(own.filter(({ kind }) => kind === 'layer' || kind === 'transform').map(({ type }) => type))];
}

const withLayers = readdirSync(packages).filter((name) => name.startsWith('layers-'));
const types = (await Promise.all(['core', 'ops', ...withLayers].map(exported))).flat();

test('layers are found in every package that has some', () => {
  for (const name of ['core', 'ops', ...withLayers]) {
    expect(
      types.some((type) => type.startsWith(`@diffeo/${name}/`)),
      name,
    ).toBe(true);
  }
});

test.each(types)('%s has a picture: a file in apps/docs/src/widgets/layer-zoo/layers', (type) => {
  expect(layers.flatMap((layer) => layer.types)).toContain(type);
});

describe.each(layers.map((layer) => [layer.name, layer] as const))('%s', (_, layer) => {
  test('is drawn by the layer, the same each time', async () => {
    const svg = await drawLayer(layer);
    expect(svg).toMatch(/^<svg [^>]*aria-label="The (grid|digit) behind /);
    expect(svg.length).toBeGreaterThan(1500);
    expect(await drawLayer(layer)).toBe(svg);
  });
});
