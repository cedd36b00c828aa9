import { contaminatedNormal, type DiffeoError, diagonalNormal, flow, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { minimise, score, useWasm } from '@diffeo/trainer';
import { add, concat, mul, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { flowMatching } from './flow-matching.ts';
import { ffjord } from './presets.ts';

await useWasm();

test('finds p(y | x) of a Gaussian whose mean is the context, in the units of the data', async () => {
  const context = normal([4000, 1], 1);
  const noise = normal([4000, 1], 2);
  const y = add(mul(context, 30), add(mul(noise, 5), 100));
  const layers = [standardise(), ...ffjord({ hidden: [32, 32], tolerance: 1e-3 })];
  const model = flow({ eventShape: [1], contextShape: [1], layers, base: contaminatedNormal() });
  const options = { data: { x: y, context }, steps: 700, learningRate: 1e-2, seed: 1 };
  const { params } = await minimise(model, flowMatching(model), options);
  const found = await score(model, params, { x: y, context });
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const truth = -0.5 * Math.log(2 * Math.PI * Math.E * 25);
  expect(Math.abs(mean - truth)).toBeLessThan(0.06);
});

test('optimal pairs make straight paths: on a line, points keep their order', async () => {
  const x = add(mul(normal([2000, 1], 1), 3), 5);
  const model = flow({ eventShape: [1], layers: ffjord({ hidden: [32], tolerance: 1e-3 }) });
  const lossOf = async (pairing: 'independent' | 'optimal') => {
    const options = { data: x, steps: 200, batchSize: 64, learningRate: 2e-2, seed: 1, validation: 0 };
    const { history, params } = await minimise(model, flowMatching(model, { pairing }), options);
    const logProb = await score(model, params, x);
    return { loss: history.at(-1)?.train ?? 0, nll: -logProb.reduce((sum, value) => sum + value, 0) / x.size };
  };
  const [apart, paired] = [await lossOf('independent'), await lossOf('optimal')];
  const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 9);
  for (const { nll } of [apart, paired]) expect(Math.abs(nll - entropy)).toBeLessThan(0.08);
  // Of independent pairs the velocity at a point varies: here by more than the deviation of the base, 1.
  expect(paired.loss).toBeLessThan(0.6);
  expect(apart.loss).toBeGreaterThan(0.8);
});

test('refuses optimal pairs of data with a context or with weights', async () => {
  const x = normal([40, 1], 1);
  const minimised = async (contextShape: number[] | null, more: object) => {
    const model = flow({ eventShape: [1], ...(contextShape && { contextShape }), layers: ffjord({ hidden: [4] }) });
    await minimise(model, flowMatching(model, { pairing: 'optimal' }), { data: { x, ...more }, steps: 2 });
  };
  await expect(minimised([1], { context: x })).rejects.toThrow(/not for data with a context/);
  await expect(minimised(null, { weights: tensor1d(Array(40).fill(1)) })).rejects.toThrow(/not for data with weights/);
});

test('weighs rows', async () => {
  const [left, right] = [add(mul(normal([500, 1], 1), 0.1), -2), add(mul(normal([500, 1], 2), 0.1), 2)];
  const model = flow({ eventShape: [1], layers: ffjord({ hidden: [16], tolerance: 1e-3 }) });
  const weights = tensor1d(Array.from({ length: 1000 }, (_, i) => (i < 500 ? 0 : 2)));
  const data = { x: concat([left, right], 0), weights };
  const { params } = await minimise(model, flowMatching(model), { data, steps: 300, learningRate: 2e-2, seed: 1 });
  const samples = model.sample(params, { count: 200, seed: 3 }).dataSync();
  expect(samples.filter((value) => value > 0).length).toBeGreaterThan(190);
});

test.each([
  [() => flow({ eventShape: [2], layers: [...ffjord(), ...realNVP()] }), /last layer/],
  [() => flow({ eventShape: [2], layers: [...realNVP(), ...ffjord()] }), /'layers\.0.*would stay as it is/],
  [() => flow({ eventShape: [2], layers: ffjord({ layers: 2 }) }), /'layers\.0.*one continuous layer/],
  [() => flow({ eventShape: [2], layers: ffjord(), base: diagonalNormal() }), /'base\..*would stay/],
])('refuses a flow of which it would not train all: %#', (make, message) => {
  expect(() => flowMatching(make())).toThrow(
    expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }) as DiffeoError,
  );
});

test('refuses options that there are not', () => {
  const model = flow({ eventShape: [2], layers: ffjord() });
  expect(() => flowMatching(model, { sigma: -1 })).toThrow(/sigma/);
  expect(() => flowMatching(model, { sigmaMin: 0.1 } as object)).toThrow(/sigma/);
  expect(() => flowMatching(model, { pairing: 'exact' } as object)).toThrow(/pairing/);
});
