import '@tensorflow/tfjs-backend-wasm';
import {
  disposeParams,
  flow,
  type HostTensor,
  hostNumbers,
  normal,
  readSafetensors,
  writeSafetensors,
} from '@diffeo/core';
import { neuralSpline } from '@diffeo/layers-coupling';
import { randomiseParams } from '@diffeo/testing';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { toPyTorch } from '../export/to-pytorch.ts';
import { importPyTorch } from '../import-pytorch.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';

beforeAll(() => setBackend('wasm'));

const floats = (values: readonly number[], shape: readonly number[] = [values.length]): HostTensor => ({
  ...{ dtype: 'F64', shape },
  bytes: new Uint8Array(Float64Array.from(values).buffer),
});

const [scale, shift] = [
  [2, 0.5],
  [0.5, -1],
] as const;
const points = [1, 4, -1, 0, 0.25, -3] as const;

test.each([
  ['PointwiseAffineTransform', '0', (x: number, i: 0 | 1) => x * scale[i] + shift[i], 1],
  ['an InverseTransform of it', '0._transform', (x: number, i: 0 | 1) => (x - shift[i]) / scale[i], -1],
])('%s maps data as in nflows', async (_, path, toBase, sign) => {
  const logProb = [0, 1, 2].map((row) => {
    const z = ([0, 1] as const).map((i) => toBase(points[2 * row + i] as number, i));
    const logDet = sign * scale.reduce((sum, s) => sum + Math.log(s), 0);
    return logDet - z.reduce((sum, value) => sum + value ** 2 / 2, 0) - Math.log(2 * Math.PI);
  });
  const tensors = new Map([
    [`_transform._transforms.${path}._scale`, floats(scale)],
    [`_transform._transforms.${path}._shift`, floats(shift)],
    ['check.x', floats(points, [3, 2])],
    ['check.log_prob', floats(logProb)],
  ]);
  const { check } = await importPyTorch(writeSafetensors({ tensors, metadata: {} }), {
    library: 'nflows',
    transforms: 1,
  });
  expect(check).toEqual({ rows: 3, greatest: expect.any(Number) });
  expect(check?.greatest).toBeLessThan(1e-6);
});

/** A list of two, of which the second is a list again: a scale, and two transforms without tensors, which leave no trace. */
const nested = (): Uint8Array =>
  writeSafetensors({
    tensors: new Map(
      ['0', '1._transforms.0'].flatMap((place) => [
        [`_transform._transforms.${place}._scale`, floats(scale)],
        [`_transform._transforms.${place}._shift`, floats(shift)],
      ]),
    ),
    metadata: {},
  });
const inner = '_transform._transforms.1';

test.each<[string, NflowsRecipe['transforms'], string, RegExp]>([
  [
    'says nothing of a list inside',
    2,
    'CONFIG',
    /how many transforms '_transform\._transforms\.1' lists: .*named_modules/,
  ],
  ['names the whole alone', { _transform: 2 }, 'CONFIG', /'_transform\._transforms\.1' lists/],
  [
    'has transforms at the end that left no trace',
    { _transform: 2, [inner]: 3 },
    'IMPORT',
    /1\._transforms\.1': .*no equivalent/,
  ],
  [
    'says fewer than there are',
    { _transform: 1, [inner]: 1 },
    'IMPORT',
    /'_transform\._transforms\.1': the recipe says 1 /,
  ],
  [
    'names a list that there is not',
    { _transform: 2, [inner]: 1, [`${inner}.more`]: 2 },
    'CONFIG',
    /transforms\['_transform\._transforms\.1\.more'\]/,
  ],
  ['has a number that is none', { _transform: 2, [inner]: 0 }, 'CONFIG', /transforms must be/],
])('a recipe of lists inside of lists that %s is refused', async (_, transforms, code, message) => {
  await expect(importPyTorch(nested(), { library: 'nflows', transforms })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test('a list inside of another whose length the recipe says is read', async () => {
  const { model, params } = await importPyTorch(nested(), {
    library: 'nflows',
    transforms: { _transform: 2, [inner]: 1 },
  });
  expect(model.spec.layers.length).toBe(2);
  disposeParams(model.layout, params);
});

test('an inverted list at the top needs its length too', async () => {
  const tensors = new Map([
    ['_transform._transform._transforms.0._scale', floats(scale)],
    ['_transform._transform._transforms.0._shift', floats(shift)],
  ]);
  const file = writeSafetensors({ tensors, metadata: {} });
  await expect(importPyTorch(file, { library: 'nflows', transforms: 1 })).rejects.toMatchObject({ code: 'CONFIG' });
  const { model, params } = await importPyTorch(file, {
    library: 'nflows',
    transforms: { '_transform._transform': 1 },
  });
  expect(model.spec.layers.length).toBe(1);
  disposeParams(model.layout, params);
});

test('hiddenFeatures divides the widths and heights of a spline by its root, as nflows does for a network with that attribute', async () => {
  const [bins, features] = [4, 2];
  const model = flow({ eventShape: [features], layers: neuralSpline({ layers: 2, hidden: [8], bins }) });
  const params = randomiseParams(model.layout, model.init(1), 2, 0.5);
  const { bytes, recipe } = await toPyTorch(model, params);
  const tensors = new Map(readSafetensors(bytes).tensors);
  for (const [name, stored] of tensors) {
    if (!/transform_net\.layers\.1\./.test(name)) continue;
    const numbers = hostNumbers(name, stored);
    const each = numbers.length / (3 * bins - 1); // one number is transformed
    const scaled = numbers.map((value, i) => (i < 2 * bins * each ? 4 * value : value));
    tensors.set(name, floats([...scaled], stored.shape));
  }
  const file = writeSafetensors({ tensors, metadata: {} });
  const again = await importPyTorch(file, { ...recipe, hiddenFeatures: 16 });
  const x = normal([50, features], 3);
  const [ours, theirs] = [model.logProb(params, x), again.model.logProb(again.params, x)].map((scores) => [
    ...scores.dataSync(),
  ]) as [number[], number[]];
  for (const [i, score] of ours.entries()) expect(Math.abs(score - (theirs[i] as number))).toBeLessThan(1e-4);
  const without = await importPyTorch(file, recipe);
  const others = [...without.model.logProb(without.params, x).dataSync()];
  expect(Math.max(...ours.map((score, i) => Math.abs(score - (others[i] as number))))).toBeGreaterThan(0.1);
});

test.each([
  ['nearly', -19.9],
  ['too', -21],
  ['much too', -800],
])('an LULinear whose scale is %s small for float32 is exact or refused by name', async (_, logScale) => {
  // softplus(a) is eᵃ there, and z = (e^logScale·x, y)
  const own = '_transform._transforms.0';
  const x = Math.exp(-logScale) / 2;
  const tensors = new Map([
    [`${own}.bias`, floats([0, 0])],
    [`${own}.lower_entries`, floats([0])],
    [`${own}.upper_entries`, floats([0])],
    [`${own}.unconstrained_upper_diag`, floats([logScale, Math.log(Math.expm1(1))])],
    ['check.x', floats([Math.min(x, 1e9), 1], [1, 2])],
    ['check.log_prob', floats([-0.125 - 0.5 - Math.log(2 * Math.PI) + logScale])],
  ]);
  const imported = importPyTorch(writeSafetensors({ tensors, metadata: {} }), {
    ...{ library: 'nflows', transforms: 1, eps: 0 },
  });
  if (logScale > -20) return expect((await imported).check?.greatest).toBeLessThan(1e-6);
  return await expect(imported).rejects.toMatchObject({
    code: 'IMPORT',
    message: expect.stringMatching(/'_transform\._transforms\.0': the scale .* of row 0 is beyond e\^±20/),
  });
});
