import { type Flow, type FlowParams, flow } from '@diffeo/core';
import { datasetFrom } from '@diffeo/datasets';
import { standardise } from '@diffeo/layers-elementwise';
import { type Fitted, useWasm } from '@diffeo/trainer';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { keepIfBetter } from './keep-if-better.ts';

beforeAll(() => useWasm());

const model: Flow = flow({ eventShape: [1], layers: [standardise()] });
/** A normal around a mean. */
const around = (mean: number): FlowParams => ({
  dequantize: {},
  layers: [{ mean: tensor([mean]), scale: tensor([1]) }],
  base: {},
});
const meanOf = ({ params }: Fitted) => ((params.layers[0] as { mean: Tensor }).mean.dataSync()[0] as number).toFixed(2);

const chosen = async (fittedMean: number, validation: readonly number[]) => {
  const start = { model, params: around(0), untrained: around(0.01), gaussian: null };
  const fitted = { params: around(fittedMean), bestStep: 7, startWasBest: false, stopped: 'finished' } as Fitted;
  const signal = new AbortController().signal;
  return await keepIfBetter(start, fitted, datasetFrom(validation, { eventShape: [1] }), { seed: 1, signal });
};

test('what every row prefers is kept', async () => {
  const kept = await chosen(1, [0.9, 1.2, 1.4, 0.8, 2]);
  expect([meanOf(kept), kept.bestStep, kept.startWasBest]).toEqual(['1.00', 7, false]);
});

test('what is better in the mean, by less than the rows differ, is not: the start from all rows is saved', async () => {
  const kept = await chosen(0.2, [-1.5, 2, 0.4, -0.6, 0.9]);
  expect([meanOf(kept), kept.bestStep, kept.startWasBest]).toEqual(['0.01', 0, true]);
});

test('a gain that one row alone makes is none', async () => {
  const kept = await chosen(1, [-0.2, -0.1, 0, 0.1, 0.2, 40]);
  expect(kept.startWasBest).toBe(true);
});
