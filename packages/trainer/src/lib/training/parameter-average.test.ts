import { type DiffeoError, disposeParams, type Flow, flow, leaves, normal } from '@diffeo/core';
import { installKernels } from '@diffeo/kernels-wasm';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { memory, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import type { Workers } from '../executor/workers.ts';
import { fit } from '../fit/fit.ts';
import type { FitOptions, Fitted } from '../fit/fit-options.ts';
import { constant } from '../optimisers/schedules.ts';
import { score } from '../scores/score.ts';
import { startWorkers } from '../tasks/start-workers.ts';
import { parameterAverage } from './parameter-average.ts';

const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });
let workers: Workers;
beforeAll(async () => {
  await useWasm();
  workers = await startWorkers(model, { count: 2 });
});
afterAll(() => workers.close());

const x = () => normal([200, 2], 1);
const options = { steps: 12, batchSize: 32, seed: 5, validateEvery: 4, schedule: constant(), learningRate: 1e-2 };
const numbersOf = (of: Flow, { params }: Fitted): number[] =>
  leaves(of.layout, params).flatMap(({ tensor }) => Array.from((tensor as Tensor).dataSync()));

test('a mean stays by as much as was asked for, and by less at first', async () => {
  const { values, update } = await parameterAverage(0.5, [tensor1d([1, 2]), tensor1d([3])], undefined);
  expect([...values]).toEqual([1, 2, 3]);
  // d = 2 / 11 after the first step, 3 / 12 after the second, and 0.5 from the eighth on.
  await update([tensor1d([12, 13]), tensor1d([14])], 1);
  expect([...values]).toEqual([10, 11, 12]);
  await update([tensor1d([2, 3]), tensor1d([4])], 2);
  expect([...values]).toEqual([4, 5, 6]);
  await update([tensor1d([8, 1]), tensor1d([0])], 100);
  expect([...values]).toEqual([6, 3, 3]);
});

test.each([true, false])('what a run returns is the mean over its steps, kernels: %s', async (kernels) => {
  if (!kernels) (await installKernels()).uninstall();
  try {
    const given: FitOptions = { ...options, validation: 0, freeze: (path) => path.startsWith('layers.2.') };
    let expected: number[] = [];
    for (let steps = 1; steps <= 6; steps++) {
      const now = numbersOf(model, await fit(model, x(), { ...given, steps }));
      if (steps === 1) {
        // The beginning is what a step of no length leaves.
        expected = numbersOf(model, await fit(model, x(), { ...given, steps, learningRate: 0 }));
      }
      const decay = Math.min(0.3, (1 + steps) / (10 + steps));
      expected = expected.map((mean, i) => decay * mean + (1 - decay) * (now[i] as number));
    }
    const found = numbersOf(model, await fit(model, x(), { ...given, steps: 6, ema: 0.3 }));
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
  } finally {
    await useWasm();
  }
});

test('the mean is what is validated, and the newest parameters are what is gone down from', async () => {
  const validation = normal([100, 2], 9);
  const before = memory().numTensors;
  const found = await fit(model, x(), { ...options, validation, ema: 0.9 });
  const losses = found.history.map(({ validation }) => validation as number);
  const scores = await score(model, found.params, validation);
  const own = -scores.reduce((sum, value) => sum + value, 0) / scores.length;
  expect(own).toBeCloseTo(Math.min(...losses), 6);
  const without = await fit(model, x(), { ...options, validation });
  expect(found.history.map(({ train }) => train)).toEqual(without.history.map(({ train }) => train));
  expect(losses).not.toEqual(without.history.map(({ validation }) => validation));
  for (const { params } of [found, without]) disposeParams(model.layout, params);
  // The data of the two calls.
  expect(memory().numTensors).toBe(before + 2);
});

test('the mean lies nearer to the best than the parameters do, where batches are small', async () => {
  const data = normal([4000, 2], 3);
  const validation = normal([2000, 2], 4);
  const run = { steps: 300, batchSize: 8, seed: 2, schedule: constant(), learningRate: 5e-2, validateEvery: 20 };
  const last = async (ema?: number) => {
    const { history } = await fit(model, data, { ...run, validation, ...(ema !== undefined && { ema }) });
    const late = history.slice(-8).map(({ validation }) => validation as number);
    return late.reduce((sum, loss) => sum + loss, 0) / late.length;
  };
  expect(await last(0.98)).toBeLessThan((await last()) - 0.01);
});

test('workers keep the same mean as one thread, but for rounding, and the same to the bit each time', async () => {
  const alone = await fit(model, x(), { ...options, ema: 0.8 });
  const together = await fit(model, x(), { ...options, ema: 0.8, workers });
  expect(numbersOf(model, await fit(model, x(), { ...options, ema: 0.8, workers }))).toEqual(
    numbersOf(model, together),
  );
  const expected = numbersOf(model, alone);
  for (const [i, value] of numbersOf(model, together).entries()) expect(value).toBeCloseTo(expected[i] as number, 3);
  expect(together.bestStep).toBe(alone.bestStep);
});

test.each([0, 2])('a run on %i workers goes on to the bit, with its mean', async (count) => {
  const given: FitOptions = { ...options, steps: 60, ema: 0.9, ...(count > 0 && { workers }) };
  const whole = await fit(model, x(), given);
  let resume: Uint8Array | undefined;
  for (const at of [5, 20, 41]) {
    const controller = new AbortController();
    const stopped = await fit(model, x(), {
      ...given,
      ...(resume && { resume }),
      signal: controller.signal,
      onProgress: ({ step }) => step >= at && controller.abort(),
    });
    resume = stopped.checkpoint as Uint8Array;
  }
  const resumed = await fit(model, x(), { ...given, resume: resume as Uint8Array });
  expect(numbersOf(model, resumed)).toEqual(numbersOf(model, whole));
  expect(resumed.history).toEqual(whole.history);
  const other = fit(model, x(), { ...given, ema: 0.5, resume: resume as Uint8Array });
  await expect(other).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringMatching(/ema was 0\.9/) });
});

test.each([-0.1, 1.5, Number.NaN])('a decay of %d is refused', async (ema) => {
  const error: DiffeoError = await fit(model, x(), { ema }).then(
    () => expect.fail('resolved'),
    (error) => error,
  );
  expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(/ema must be a number from 0 to 1/) });
});
