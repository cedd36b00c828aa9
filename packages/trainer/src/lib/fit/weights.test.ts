import {
  type DiffeoError,
  diagonalNormal,
  type Flow,
  flow,
  fold,
  leaves,
  negativeLogLikelihood,
  shuffled,
} from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { add, concat, fill, gather, mean, mul, ones, slice, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { meanOf } from '../scores/row-statistics.ts';
import { score } from '../scores/score.ts';
import { fit } from './fit.ts';
import type { Fitted } from './fit-options.ts';
import { minimise } from './minimise.ts';

await useWasm();
const x = toTensor(twoMoons().sample(60, 1));
const numbers = Array.from({ length: 60 }, (_, i) => [0, 1, 1, 3][i % 4] as number);
const weights = tensor1d(numbers);
const repeated = gather(
  x,
  tensor1d(
    numbers.flatMap((weight, i) => Array(weight).fill(i)),
    'int32',
  ),
);
const model = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [8] }) });
const numbersOf = (of: Flow, { params }: Fitted) =>
  leaves(of.layout, params).flatMap(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
/** A seed by which the split takes this row of so many to validate on. */
const seedThatSplitsOff = (row: number, rows = 60): number =>
  Array.from({ length: 1000 }, (_, seed) => seed).find(
    (seed) => shuffled(rows, fold(seed, 'validation'))[0] === row,
  ) as number;
const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('a row of weight 3 counts as three rows, one of weight 0 not at all, on workers too', async () => {
  const options = { steps: 25, seed: 1, validation: 0, learningRate: 0.01 };
  const expected = numbersOf(model, await fit(model, repeated, { ...options, batchSize: repeated.shape[0] as number }));
  for (const workers of [0, 2]) {
    // Whatever their unit.
    const data = { x, weights: tensor1d(numbers.map((weight) => 7 * weight)) };
    const found = numbersOf(model, await fit(model, data, { ...options, batchSize: 60, workers }));
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 3);
  }
  const plain = numbersOf(model, await fit(model, x, { ...options, batchSize: 60 }));
  expect(Math.max(...plain.map((value, i) => Math.abs(value - (expected[i] as number))))).toBeGreaterThan(0.02);
});

test('validations weigh rows, their scores stay', async () => {
  const { params, startValidation, validationRows } = await fit(model, x, {
    ...{ steps: 1, learningRate: 0 },
    validation: { x, weights },
  });
  expect(validationRows).toBe(60);
  const scores = await score(model, params, { x, weights });
  expect(scores).toEqual(await score(model, params, x));
  expect(-meanOf(await score(model, params, repeated))).toBeCloseTo(startValidation as number, 5);
  expect(meanOf(scores, numbers)).toBeCloseTo(-(startValidation as number), 5);
  expect(meanOf([-Infinity, 2], [0, 1])).toBe(2);
});

test('what starts from data starts from rows by their weights', async () => {
  const far = concat([x, add(x, 100)]);
  const halves = { x: far, weights: concat([ones([60]), zeros([60])]) };
  const flowOf = flow({ eventShape: [2], layers: [standardise()], base: diagonalNormal() });
  const trained = { steps: 1, validation: 0, learningRate: 0 };
  const { params } = await fit(flowOf, halves, trained);
  const { params: without } = await fit(flowOf, x, trained);
  const [expected, found] = [numbersOf(flowOf, { params: without } as Fitted), numbersOf(flowOf, { params } as Fitted)];
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
});

test.each([
  [ones([59]), 'SHAPE', /a number for each of the 60 rows; got \[59\]/],
  [ones([60, 1]), 'SHAPE', /a number for each/],
  [[1, 2] as never, 'DATA', /weights must be a tensor/],
  [fill([60], -1), 'DATA', /row 0 \(counted from 0\) has a weight of -1/],
  [fill([60], Number.NaN), 'DATA', /weight of NaN/],
  [zeros([60]), 'DATA', /every row has a weight of 0/],
])('%# is refused', async (given, code, message) => {
  const error = await failure(fit(model, { x, weights: given as Tensor }));
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('rows of which none counts are refused where they are all that is trained on or validated on', async () => {
  const other = { x, weights: concat([zeros([1]), ones([59])]) };
  const found = await failure(fit(model, other, { validation: 1 / 60, seed: seedThatSplitsOff(0) }));
  expect(found).toMatchObject({ code: 'DATA', message: expect.stringContaining('to validate on has a weight of 0') });
  const alone = { x: slice(x, [0, 0], [2, 2]), weights: tensor1d([1, 0]) };
  const seeds = await Promise.all([0, 1].map((row) => failure(fit(model, alone, { seed: seedThatSplitsOff(row, 2) }))));
  expect(seeds.map(({ code }) => code)).toEqual(['DATA', 'DATA']);
});

test('a loss over data is given weights whose mean is 1, in validations too', async () => {
  const found: number[] = [];
  await minimise(
    model,
    (params, { x: points, weights: given }) => {
      found.push(mean(given as Tensor).dataSync()[0] as number);
      return negativeLogLikelihood(model, params, points as Tensor);
    },
    { data: { x, weights: mul(weights, 7) }, validation: { x, weights: mul(weights, 3) }, steps: 1, batchSize: 60 },
  );
  for (const value of found) expect(value).toBeCloseTo(1, 5);
  expect(found.length).toBeGreaterThan(2);
});
