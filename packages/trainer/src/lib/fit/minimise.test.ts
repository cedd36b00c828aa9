import { type DiffeoError, disposeParams, type Flow, flow, leaves, negativeLogLikelihood, normal } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { mean, memory, mul, scalar, square, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { klConstant, loss, model } from '../../../test/banana.ts';
import { useWasm } from '../backend/backend.ts';
import { score } from '../scores/score.ts';
import { startWorkers } from '../tasks/start-workers.ts';
import type { Loss, LossFunction } from '../training/loss.ts';
import { fit } from './fit.ts';
import type { Fitted } from './fit-options.ts';
import { minimise } from './minimise.ts';

await useWasm();
const moons = toTensor(twoMoons().sample(600, 1));
const started = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [16] })] });
const numbersOf = (of: Flow, { params }: Pick<Fitted, 'params'>) =>
  leaves(of.layout, params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('the negative log-likelihood is minimised as by fit, to the bit', async () => {
  const options = { steps: 60, seed: 2, validation: 0, ema: 0.9 };
  const likelihood: LossFunction = (params, { x, context }) => {
    expect(context).toBeUndefined();
    return negativeLogLikelihood(started, params, x as Tensor);
  };
  const found = await minimise(started, likelihood, { ...options, data: moons });
  const fitted = await fit(started, moons, options);
  expect(numbersOf(started, found)).toEqual(numbersOf(started, fitted));
  expect(found.history).toEqual(fitted.history);
});

test('a loss without data finds a banana, the best parameters on noise of its own, and leaves no tensor', async () => {
  const options = { steps: 600, batchSize: 128, learningRate: 5e-3, seed: 1, validationRows: 512 };
  const before = memory().numTensors;
  const { params, history, startValidation, validationRows } = await minimise(model, loss, options);
  expect(memory().numTensors - before).toBe(leaves(model.layout, params).length);
  const last = history.at(-1)?.validation as number;
  expect(validationRows).toBe(512);
  expect((startValidation as number) + klConstant).toBeGreaterThan(1);
  expect(last + klConstant).toBeLessThan(0.05);
  disposeParams(model.layout, params);
});

test('steps give the same bits with replays and without, unless the loss depends on what replays do not see', async () => {
  const options = { steps: 30, batchSize: 32, seed: 1, validation: 0 };
  const replayed = await minimise(model, loss, options);
  expect(numbersOf(model, await minimise(model, loss, { ...options, replay: false }))).toEqual(
    numbersOf(model, replayed),
  );
  let calls = 0;
  const counting: Loss = {
    ...loss,
    value: (...given) => {
      calls++;
      return loss.value(...given);
    },
  };
  await minimise(model, counting, { ...options, replay: false });
  expect(calls).toBe(30);
});

test('what changes from step to step comes from draw', async () => {
  const steps: number[] = [];
  const annealed: Loss = {
    draw: ({ rows, step, steps: all }) => {
      steps.push(step / all);
      return { pull: scalar(step / all), seen: scalar(rows) };
    },
    value: (params, { pull }) =>
      mul(mean(square(leaves(model.layout, params).at(-1)?.tensor as Tensor)), pull as Tensor),
  };
  const { history } = await minimise(model, annealed, { steps: 4, validationRows: 8, batchSize: 8, validateEvery: 2 });
  expect(steps).toEqual([1, 0, 0.25, 1, 0.5, 0.75, 1]);
  expect(history.map(({ step }) => step)).toEqual([2, 4]);
});

test('an interrupted run goes on to the same bits, and not with another loss', async () => {
  const options = { steps: 40, batchSize: 32, seed: 3, validationRows: 64, validateEvery: 10 };
  const controller = new AbortController();
  const stopped = await minimise(model, loss, {
    ...options,
    signal: controller.signal,
    onProgress: ({ step }) => step === 17 && controller.abort(),
  });
  expect(stopped.stopped).toBe('cancelled');
  const resume = stopped.checkpoint as Uint8Array;
  const resumed = await minimise(model, loss, { ...options, resume });
  expect(numbersOf(model, resumed)).toEqual(numbersOf(model, await minimise(model, loss, options)));
  const other = await failure(fit(model, moons, { ...options, resume }));
  expect(other).toMatchObject({ code: 'CONFIG' });
});

test('workers take the loss of a module, each draws its own share, and the same number gives the same bits', async () => {
  const modules = [new URL('../../../test/banana.ts', import.meta.url)];
  const options = { steps: 200, batchSize: 65, learningRate: 5e-3, seed: 1, validationRows: 512 };
  const workers = await startWorkers(model, { count: 2, modules });
  const first = await minimise(model, loss, { ...options, workers });
  expect((first.history.at(-1)?.validation as number) + klConstant).toBeLessThan(0.4);
  expect(numbersOf(model, await minimise(model, loss, { ...options, workers }))).toEqual(numbersOf(model, first));
  await workers.close();
  expect(await failure(minimise(model, loss, { ...options, workers: 1 }))).toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining("let a module export it as 'loss'"),
  });
});

test('validations are watched with the parameters that they are of', async () => {
  const seen: { step: number; loss: number; isBest: boolean; value: number }[] = [];
  const options = { steps: 40, seed: 1, validateEvery: 10, validation: moons };
  const { history, bestStep, startValidation } = await fit(started, moons, {
    ...options,
    onValidation: async ({ step, loss: found, isBest, params, seconds }) => {
      expect(seconds).toBeGreaterThan(0);
      const scores = await score(started, params, moons);
      seen.push({ step, loss: found, isBest, value: -scores.reduce((sum, value) => sum + value, 0) / scores.length });
    },
  });
  expect(seen.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40]);
  expect(seen.map(({ loss: found }) => found)).toEqual([
    startValidation,
    ...history.map(({ validation }) => validation),
  ]);
  for (const { loss: found, value } of seen) expect(value).toBeCloseTo(found, 4);
  expect(seen.findLast(({ isBest }) => isBest)?.step).toBe(bestStep);
  const thrown = fit(started, moons, { ...options, onValidation: () => Promise.reject(new Error('seen enough')) });
  expect(await failure(thrown)).toMatchObject({ message: 'seen enough' });
});

test.each([
  [() => minimise(model, 3 as never), 'CONFIG', /the loss is a function/],
  [() => minimise(model, (params) => leaves(model.layout, params)[0]?.tensor as Tensor), 'SHAPE', /one float32 number/],
  [() => minimise(started, loss), 'UNSTARTED', /'layers.0.*there are none.*Give data/],
  [() => minimise(model, loss, { gradient: 'store' } as object), 'CONFIG', /gradient/],
  [() => minimise(model, loss, { validation: moons }), 'CONFIG', /validation is for rows of data/],
  [() => minimise(model, loss, { validation: 0.2 }), 'CONFIG', /validation is for rows of data/],
  [() => minimise(model, loss, { validationRows: Infinity }), 'CONFIG', /validationRows: Infinity is for rows of data/],
  [() => minimise(model, loss, { augment: (batch) => batch }), 'CONFIG', /augment is for rows of data/],
  [() => minimise(model, loss, { replay: 1 as never }), 'CONFIG', /replay must be true or false/],
  [() => minimise(model, () => scalar(Number.NaN), { validation: 0 }), 'NOT_FINITE', /the loss is NaN/],
  [() => minimise(model, () => scalar(Number.NaN)), 'NOT_FINITE', /rows to validate on is NaN/],
])('%# is refused', async (run, code, message) => {
  const before = memory().numTensors;
  expect(await failure(run())).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(memory().numTensors - before).toBeLessThanOrEqual(leaves(model.layout, {}).length);
});

test('a loss over data takes batches with contexts, and workers are few enough for a batch', async () => {
  const conditional = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
  const data = { x: normal([50, 2], 1), context: normal([50, 1], 2) };
  const shapes = new Set<string>();
  const { history } = await minimise(
    conditional,
    (params, { x, context }) => {
      shapes.add(`${x?.shape} ${context?.shape}`);
      return negativeLogLikelihood(conditional, params, x as Tensor, { context: context as Tensor });
    },
    { data, steps: 3, batchSize: 16, validation: 0.1 },
  );
  expect(shapes).toEqual(new Set(['16,2 16,1', '5,2 5,1']));
  expect(history.at(-1)?.step).toBe(3);
  expect(await failure(minimise(model, loss, { batchSize: 1, workers: 2 }))).toMatchObject({ code: 'CONFIG' });
});
