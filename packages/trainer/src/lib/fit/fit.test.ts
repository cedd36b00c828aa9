import {
  type DiffeoError,
  defineLayer,
  diagonalNormal,
  disposeParams,
  flow,
  leaf,
  leaves,
  normal,
  uniform,
} from '@diffeo/core';
import { padImages, toTensor, twoMoons, variationalDequantize } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { logit, standardise } from '@diffeo/layers-elementwise';
import { add, fill, floor, memory, mul, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { gaussianBaseline } from '../scores/gaussian-baseline.ts';
import { score } from '../scores/score.ts';
import { fit } from './fit.ts';
import type { Fitted } from './fit-options.ts';

beforeAll(() => useWasm());

const small = () => flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [8] }) });
const numbersOf = (model: ReturnType<typeof small>, { params }: Fitted) =>
  leaves(model.layout, params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('the same seed gives the same parameters to the bit, and another seed others', async () => {
  const model = small();
  const x = normal([500, 2], 1);
  const [a, b, c] = [
    await fit(model, x, { steps: 30, seed: 1 }),
    await fit(model, x, { steps: 30, seed: 1 }),
    await fit(model, x, { steps: 30, seed: 2 }),
  ];
  expect(numbersOf(model, a)).toEqual(numbersOf(model, b));
  expect(numbersOf(model, a)).not.toEqual(numbersOf(model, c));
  expect(x.isDisposed).toBe(false);
});

test('a run that is watched waits for its watcher, shows the newest parameters, and trains as one that is not', async () => {
  const model = small();
  const x = normal([500, 2], 1);
  const seen: number[] = [];
  let isWaiting = false;
  const scores: Promise<number>[] = [];
  const watched = await fit(model, x, {
    ...{ steps: 30, seed: 1, validation: 0 },
    onProgress: async ({ step }, run) => {
      expect(isWaiting).toBe(false);
      isWaiting = true;
      await new Promise((resolve) => setTimeout(resolve, 0));
      const { params, step: at } = await run.newest();
      seen.push(at);
      if (step === 30) scores.push(score(model, params, x).then(([first]) => first as number));
      await Promise.all(scores);
      isWaiting = false;
    },
  });
  expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(await scores[0]).toBe((await score(model, watched.params, x))[0]);
  expect(numbersOf(model, watched)).toEqual(
    numbersOf(model, await fit(model, x, { steps: 30, seed: 1, validation: 0 })),
  );
});

test('what a watcher throws ends the run', async () => {
  const onProgress = () => Promise.reject(new Error('seen enough'));
  expect(await failure(fit(small(), normal([100, 2], 1), { steps: 5, onProgress }))).toMatchObject({
    message: 'seen enough',
  });
});

test('a thousand steps leak no tensor', async () => {
  const model = flow({ eventShape: [2], layers: realNVP({ layers: 1, hidden: [4] }) });
  const x = normal([64, 2], 1);
  const options = { batchSize: 16, seed: 1, validateEvery: 100 };
  const before = memory().numTensors;
  const { params } = await fit(model, x, { ...options, steps: 1000 });
  disposeParams(model.layout, params);
  expect(memory().numTensors).toBe(before);
});

test('a trained flow has a density that integrates to 1, and beats the Gaussian', async () => {
  const moons = toTensor(twoMoons().sample(5000, 1));
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 6, hidden: [32] })] });
  const { params } = await fit(model, moons, { steps: 300, learningRate: 5e-3, seed: 1 });
  const [side, low, high] = [300, -4, 5];
  const width = (high - low) / side;
  const grid = Float32Array.from({ length: side * side * 2 }, (_, i) => {
    const cell = i >> 1;
    return low + width * (0.5 + (i % 2 === 0 ? cell % side : Math.floor(cell / side)));
  });
  const logProb = await score(model, params, tensor2d(grid, [side * side, 2]));
  const mass = logProb.reduce((total, value) => total + Math.exp(value), 0) * width ** 2;
  expect(Math.abs(mass - 1)).toBeLessThan(0.01);
  const heldOut = toTensor(twoMoons().sample(2000, 2));
  const front = flow({ eventShape: [2], layers: [standardise()] });
  const { nll: gaussian } = await gaussianBaseline(front, await front.start(front.init(1), moons), {
    train: moons,
    heldOut,
  });
  const nll = -(await score(model, params, heldOut)).reduce((total, value) => total + value / 2000, 0);
  expect(nll).toBeLessThan(gaussian - 0.3);
});

test('data that are not finite are refused with their place', async () => {
  const error = await failure(
    fit(
      small(),
      tensor2d([
        [0, 1],
        [2, Number.NaN],
      ]),
    ),
  );
  expect(error).toMatchObject({ code: 'NOT_FINITE' });
  expect(error.message).toContain('row 1 holds NaN in column 1');
});

const exploding = defineLayer({
  type: 'test/exploding',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape }) => ({
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: { shift: leaf(eventShape) },
    init: () => ({ shift: zeros([...eventShape]) }),
    forward: ({ shift }: { shift: Tensor }, z: Tensor) => ({
      value: add(z, shift),
      logDet: zeros([z.shape[0] as number]),
    }),
    inverse: ({ shift }: { shift: Tensor }, x: Tensor) => ({
      value: x,
      logDet: mul(fill([x.shape[0] as number], 1e38), mul(sum(shift), 1e38)),
    }),
  }),
});

test('training stops at the first number that is not finite, names the layer, and keeps the last good parameters', async () => {
  const model = flow({ eventShape: [2], layers: [...realNVP({ layers: 1, hidden: [4] }), exploding()] });
  const initial = model.init(1);
  const error = await failure(
    fit(model, normal([50, 2], 1), {
      steps: 20,
      params: { ...initial, layers: [initial.layers[0] ?? null, { shift: fill([2], 1) }] },
    }),
  );
  expect(error).toMatchObject({ code: 'NOT_FINITE' });
  expect(error.message).toContain('layers.1 (test/exploding)');
  for (const { tensor } of leaves(model.layout, (error.cause as Fitted).params)) {
    expect(Array.from((tensor as Tensor).dataSync()).every(Number.isFinite)).toBe(true);
  }
});

test('an abort signal ends the run with what was reached', async () => {
  const controller = new AbortController();
  const onProgress = ({ step }: { step: number }) => step === 5 && controller.abort();
  const result = await fit(small(), normal([100, 2], 1), { steps: 1000, signal: controller.signal, onProgress });
  expect(result).toMatchObject({ stopped: 'cancelled', steps: 5 });
});

test('early stopping restores the best parameters', async () => {
  const model = small();
  const validation = normal([200, 2], 2);
  const result = await fit(model, normal([20, 2], 1), {
    steps: 2000,
    learningRate: 0.02,
    validation,
    validateEvery: 10,
    patience: 3,
  });
  expect(result.stopped).toBe('converged');
  const best = Math.min(result.startValidation as number, ...result.history.map((point) => point.validation as number));
  const reached = -(await score(model, result.params, validation)).reduce((total, value) => total + value / 200, 0);
  expect(reached).toBeCloseTo(best, 5);
});

test.each([
  { steps: 0 },
  { steps: 1.5 },
  { learningRate: -1 },
  { clipNorm: 0 },
  { validation: 1 },
  { patience: Number.NaN },
])('options %j are refused', async (options) => {
  expect(await failure(fit(small(), normal([10, 2], 1), options))).toMatchObject({ code: 'CONFIG' });
});

test('what starts from data starts from rows of the whole, however they are sorted', async () => {
  const model = flow({ eventShape: [1], layers: [standardise()], base: diagonalNormal() });
  const rows = 40_000;
  const sorted = tensor2d(
    Float32Array.from({ length: rows }, (_, i) => i / rows),
    [rows, 1],
  );
  const { params } = await fit(model, sorted, { steps: 1, validation: sorted });
  const [mean] = leaves(model.layout, params).map(({ tensor }) => (tensor as Tensor).dataSync()[0] as number);
  expect(Math.abs((mean as number) - 0.5)).toBeLessThan(0.02);
});

/** An identity whose way to the data is off by 0.002. */
const inexact = defineLayer({
  type: 'test/inexact',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape }) => ({
    ...{ eventShape, baseShape: eventShape, contextShape: null, layout: {}, init: () => ({}) },
    forward: (_params, z: Tensor) => ({ value: mul(z, 1.002), logDet: zeros([z.shape[0] as number]) }),
    inverse: (_params, x: Tensor) => ({ value: mul(x, 1), logDet: zeros([x.shape[0] as number]) }),
  }),
});

test('gradients by recompute want an exact round trip, and say so where there is none', async () => {
  const model = flow({ eventShape: [4], layers: [...realNVP({ layers: 2, hidden: [4] }), inexact()] });
  const x = normal([64, 4], 1);
  const options = { steps: 3, seed: 1 };
  const error = await failure(fit(model, x, { ...options, gradient: 'recompute' }));
  expect(error.code).toBe('INEXACT');
  expect(error.message).toMatch(
    /stopped at step 0: a round trip .* too far for gradient: 'recompute'.*'checkpoint' or 'store'/,
  );
  disposeParams(model.layout, (error.cause as Fitted).params);
  for (const gradient of ['store', 'checkpoint'] as const) {
    const { params, steps } = await fit(model, x, { ...options, gradient });
    expect(steps).toBe(3);
    disposeParams(model.layout, params);
  }
});

test('the noise that a dequantizer learns wants an exact round trip too', async () => {
  const raw = floor(mul(uniform([64, 2, 2, 1], 1), 16));
  const noise = variationalDequantize({ bins: 16, layers: [inexact()] });
  for (const dequantize of [noise, padImages({ to: [4, 4], dequantizer: noise })]) {
    const model = flow({ eventShape: [2, 2, 1], dequantize, layers: [logit()], base: diagonalNormal() });
    const error = await failure(fit(model, raw, { steps: 3, gradient: 'recompute' }));
    expect(error).toMatchObject({ code: 'INEXACT', message: expect.stringMatching(/stopped at step 0: a round trip/) });
    disposeParams(model.layout, (error.cause as Fitted).params);
  }
});

test('the three kinds of gradient train alike, and the memory that a run took is reported', async () => {
  const model = flow({ eventShape: [4], layers: realNVP({ layers: 4, hidden: [16] }) });
  const x = normal([256, 4], 1);
  const losses = async (gradient: 'store' | 'checkpoint' | 'recompute') => {
    const { params, history, peakBytes } = await fit(model, x, { steps: 20, seed: 1, gradient });
    disposeParams(model.layout, params);
    expect(peakBytes).toBeGreaterThan(2 ** 20);
    return history.map(({ train }) => train);
  };
  const stored = await losses('store');
  for (const gradient of ['checkpoint', 'recompute'] as const) {
    for (const [i, loss] of (await losses(gradient)).entries()) expect(loss).toBeCloseTo(stored[i] as number, 4);
  }
});
