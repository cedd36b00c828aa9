import { flow, mixture, normal, uniform } from '@diffeo/core';
import { uniformDequantize } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { logit, standardise } from '@diffeo/layers-elementwise';
import { concat, floor, memory, mul, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import { sample } from '../sampling/sample.ts';
import { score } from './score.ts';

await useWasm();

const model = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
const params = model.init(1);

test('scores are those of logProb, in any batches, and leave no tensor', async () => {
  const [x, context] = [normal([103, 2], 1), normal([103, 1], 2)];
  const logProb = model.logProb(params, x, { context });
  const expected = [...logProb.dataSync()];
  const before = memory().numTensors;
  for (const batchSize of [1, 10, 103, 5000]) {
    const scores = await score(model, params, { x, context }, { batchSize });
    expect(scores.length).toBe(103);
    for (const [i, value] of scores.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);
  }
  expect(memory().numTensors).toBe(before);
});

test.each([0, -1, 0.5, Number.NaN, Infinity])(
  'a batch of %d rows: refused, in scoring and in sampling',
  async (batchSize) => {
    const refused = { code: 'CONFIG', message: expect.stringMatching(/batchSize must be a whole number of 1 or more/) };
    const data = { x: zeros([4, 2]), context: zeros([4, 1]) };
    await expect(score(model, params, data, { batchSize })).rejects.toMatchObject(refused);
    await expect(score(model, params, data, { batchSize, workers: 2 })).rejects.toMatchObject(refused);
    const draw = { count: 4, seed: 1, context: data.context, batchSize };
    await expect(sample(model, params, draw)).rejects.toMatchObject(refused);
  },
);

test('several draws of noise are averaged in probability, on any number of workers', async () => {
  const bins = flow({
    eventShape: [3],
    dequantize: uniformDequantize({ bins: 8 }),
    layers: [logit(), standardise()],
  });
  const x = floor(mul(uniform([50, 3], 1), 8));
  const started = await bins.start(bins.init(1), x, { noise: 1 });
  const mean = (scores: Float32Array) => scores.reduce((sum, value) => sum + value, 0) / scores.length;
  const once = await score(bins, started, x, { batchSize: 20 });
  const often = await score(bins, started, x, { batchSize: 20, draws: 200 });
  // The truth: what the base gives to each cell, by the mean of its density over many points of the cell.
  const inside = Array.from({ length: 2000 }, (_, k) => bins.logProb(started, x, { noise: 1000 + k }).dataSync());
  const truth = Float32Array.from(once, (_, i) =>
    Math.log(inside.reduce((sum, one) => sum + Math.exp(one[i] as number), 0) / 2000),
  );
  expect(mean(once)).toBeLessThan(mean(often));
  for (const [i, value] of often.entries()) expect(Math.abs(value - (truth[i] as number))).toBeLessThan(0.4);
  expect(Math.abs(mean(often) - mean(truth))).toBeLessThan(0.03);
  expect(await score(bins, started, x, { batchSize: 20, draws: 3, workers: 2 })).toEqual(
    await score(bins, started, x, { batchSize: 20, draws: 3 }),
  );
  expect(await score(bins, started, x, { batchSize: 20, draws: 1 })).toEqual(once);
  await expect(score(bins, started, x, { draws: 0 })).rejects.toMatchObject({ code: 'CONFIG' });
});

test.each<[string, Tensor | { x: Tensor; context: Tensor }, string, RegExp]>([
  ['rows of another width', { x: zeros([4, 3]), context: zeros([4, 1]) }, 'SHAPE', /\[batch, 2\].*\[4, 3\]/],
  ['no rows', { x: zeros([0, 2]), context: zeros([0, 1]) }, 'DATA', /no rows/],
  ['no context', zeros([4, 2]), 'CONTEXT', /the data: this flow needs a context \[batch, 1\] and got none/],
  [
    'a context of another width',
    { x: zeros([4, 2]), context: zeros([4, 2]) },
    'CONTEXT',
    /context \[batch, 1\].* got \[4, 2\]/,
  ],
  [
    'a context for other rows',
    { x: zeros([4, 2]), context: zeros([3, 1]) },
    'CONTEXT',
    /context \[batch, 1\].* got \[3, 1\]/,
  ],
  ['NaN', { x: tensor2d([0, 0, Number.NaN, 0], [2, 2]), context: zeros([2, 1]) }, 'NOT_FINITE', /row 1 .*column 0/],
  ['∞ in the context', { x: zeros([2, 2]), context: tensor2d([[0], [Infinity]]) }, 'NOT_FINITE', /context: row 1/],
])('%s: refused', async (_, data, code, message) => {
  await expect(score(model, params, data)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a row so far out that the density is not a number is named with the layer', async () => {
  const far = concat([zeros([5, 2]), tensor2d([[3e38, -3e38]])]);
  const scored = score(model, params, { x: far, context: zeros([6, 1]) });
  await scored.then(
    (scores) => expect([...scores].some(Number.isNaN)).toBe(false),
    (error) => expect(error).toMatchObject({ code: 'NOT_FINITE' }),
  );
});

test('a mixture is scored and sampled as a flow is, on workers too, and what takes one flow says so', async () => {
  const mixed = mixture([model, flow({ eventShape: [2], contextShape: [1], layers: [] })]);
  const own = mixed.init(2);
  const data = { x: normal([50, 2], 1), context: normal([50, 1], 2) };
  const expected = [...mixed.logProb(own, data.x, { context: data.context }).dataSync()];
  for (const workers of [0, 2]) {
    const scores = await score(mixed, own, data, { batchSize: 20, workers });
    for (const [i, value] of scores.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);
    const drawn = await sample(mixed, own, { count: 50, seed: 1, batchSize: 20, context: data.context, workers });
    expect(drawn.every(Number.isFinite)).toBe(true);
  }
  await expect(fit(mixed as never, data)).rejects.toThrow('fit takes one flow, and this is a mixture of several');
});
