import { type DiffeoError, disposeParams, type Flow, flow, leaves, normal, uniform } from '@diffeo/core';
import { horizontalFlips, uniformDequantize } from '@diffeo/datasets';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { add, concat, div, floor, memory, mul, reverse, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { augment as moved } from '../../../test/augmented-shift.ts';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import type { Fitted } from '../fit/fit-options.ts';
import { startWorkers } from '../tasks/start-workers.ts';
import type { Augment } from './augment.ts';

beforeAll(() => useWasm());

const model = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [8] }) });
const x = () => normal([200, 2], 1);
const options = { steps: 12, batchSize: 32, seed: 5, validateEvery: 4 };
const numbersOf = (of: Flow, { params }: Fitted) =>
  leaves(of.layout, params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('the same seed changes batches alike, each in its own way, and another seed otherwise', async () => {
  const seeds: number[] = [];
  const augment: Augment = (batch, seed) => {
    seeds.push(seed);
    return moved(batch, seed);
  };
  const given = { ...options, validation: 0 };
  const first = await fit(model, x(), { ...given, augment });
  const again = await fit(model, x(), { ...given, augment });
  const without = await fit(model, x(), given);
  expect(numbersOf(model, again)).toEqual(numbersOf(model, first));
  expect(numbersOf(model, without)).not.toEqual(numbersOf(model, first));
  expect(seeds.slice(12)).toEqual(seeds.slice(0, 12));
  expect(new Set(seeds).size).toBe(12);
});

test('batches are changed and nothing else: a change that undoes itself trains as no change', async () => {
  const same: Augment = (batch) => ({ ...batch, x: sub(add(batch.x, 0), 0) });
  for (const augment of [same, (batch: Parameters<Augment>[0]) => batch]) {
    const rows: number[] = [];
    const noted: Augment = (batch, seed) => {
      rows.push(batch.x.shape[0] as number);
      return augment(batch, seed);
    };
    const found = await fit(model, x(), { ...options, augment: noted });
    expect(numbersOf(model, found)).toEqual(numbersOf(model, await fit(model, x(), options)));
    expect(rows).toEqual(Array(12).fill(32));
    expect(found.history).toEqual((await fit(model, x(), options)).history);
  }
});

test('images are mirrored, half of them at each step, and no tensor is left behind', async () => {
  const images = flow({
    eventShape: [2, 4, 1],
    dequantize: uniformDequantize({ bins: 8 }),
    layers: [logit(), imageCoupling({ mask: 'checkerboard', width: 4 })],
  });
  const raw = floor(mul(uniform([64, 2, 4, 1], 1), 8));
  const flips = horizontalFlips();
  let mirrored = 0;
  const augment: Augment = (batch, seed) => {
    const result = flips(batch, seed);
    const back = reverse(batch.x, 2).dataSync();
    const [given, made] = [batch.x.dataSync(), result.x.dataSync()];
    for (let row = 0; row < 16; row++) {
      const of = (values: ArrayLike<number>) => Array.from(values).slice(8 * row, 8 * row + 8);
      if (JSON.stringify(of(made)) === JSON.stringify(of(back))) mirrored++;
      else expect(of(made)).toEqual(of(given));
    }
    return result;
  };
  const before = memory().numTensors;
  const { params } = await fit(images, raw, { steps: 20, batchSize: 16, augment });
  disposeParams(images.layout, params);
  expect(memory().numTensors).toBe(before);
  expect(Math.abs(mirrored - 160)).toBeLessThan(54);
});

test('a context is changed along, and kept by whom it does not concern', async () => {
  const conditional = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [4] }) });
  const data = { x: x(), context: normal([200, 1], 2) };
  const before = memory().numTensors;
  for (const augment of [
    moved,
    ({ x, context }: Parameters<Augment>[0]) => ({ x, context: add(context as Tensor, 1) }),
  ]) {
    const { params } = await fit(conditional, data, { ...options, augment });
    disposeParams(conditional.layout, params);
  }
  expect(memory().numTensors).toBe(before);
  const lost = await failure(fit(conditional, data, { ...options, augment: ({ x }) => ({ x }) }));
  expect(lost).toMatchObject({
    code: 'SHAPE',
    message: expect.stringMatching(/context .* keep its shape .* got none/),
  });
});

test.each<[string, Augment, string, RegExp]>([
  ['another shape', ({ x }) => ({ x: concat([x, x]) }), 'SHAPE', /augment .* keep its shape \[32, 2\]; got \[64, 2\]/],
  ['NaN', ({ x }) => ({ x: div(x, zeros([2])) }), 'NOT_FINITE', /that augment returns: row 0 holds -?Infinity/],
])('%s is refused, and what was made is gone', async (_, augment, code, message) => {
  const data = x();
  const before = memory().numTensors;
  expect(await failure(fit(model, data, { ...options, augment }))).toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(memory().numTensors).toBe(before);
});

test('numbers that are not bins are refused, of a flow that dequantizes', async () => {
  const bins = flow({
    eventShape: [2],
    dequantize: uniformDequantize({ bins: 8 }),
    layers: realNVP({ layers: 2 }),
  });
  const raw = floor(mul(uniform([64, 2], 1), 8));
  const error = await failure(fit(bins, raw, { ...options, augment: moved }));
  expect(error).toMatchObject({
    code: 'DATA',
    message: expect.stringMatching(/augment returns: row 0 .* from 0 to 7/),
  });
});

test('what is refused in the middle comes with what was reached', async () => {
  let step = 0;
  const augment: Augment = (batch) => (step++ < 6 ? batch : { x: zeros([1, 2]) });
  const error = await failure(fit(model, x(), { ...options, augment }));
  expect(error).toMatchObject({ code: 'SHAPE', message: expect.stringMatching(/stopped at step 6: /) });
  expect((error.cause as Fitted).steps).toBe(6);
});

test('where a worker fails in the middle the best parameters come with the error, once', async () => {
  const workers = { count: 2, modules: [new URL('../../../test/augment-that-fails.ts', import.meta.url)] };
  const [data, before] = [x(), memory().numTensors];
  const run = fit(model, data, { ...options, steps: 400, validateEvery: 5, augment: (batch) => batch, workers });
  const error = await failure(run);
  expect(error).toMatchObject({ code: 'WORKER', message: expect.stringContaining('bad luck') });
  expect(error.message.match(/training stopped/g)).toHaveLength(1);
  const { history, bestStep, params } = error.cause as Fitted;
  const best = history.reduce((a, b) => ((b.validation as number) < (a.validation as number) ? b : a));
  expect(bestStep).toBe(best.step);
  disposeParams(model.layout, params);
  expect(memory().numTensors).toBe(before);
});

test('an interrupted run goes on as though it had not been, and not without', async () => {
  const whole = await fit(model, x(), { ...options, augment: moved });
  const controller = new AbortController();
  const { checkpoint } = await fit(model, x(), {
    ...options,
    augment: moved,
    signal: controller.signal,
    onProgress: ({ step }) => step === 5 && controller.abort(),
  });
  const resume = checkpoint as Uint8Array;
  const resumed = await fit(model, x(), { ...options, augment: moved, resume });
  expect(numbersOf(model, resumed)).toEqual(numbersOf(model, whole));
  expect(await failure(fit(model, x(), { ...options, resume }))).toMatchObject({ code: 'CONFIG' });
});

test('workers take the augment of a module, each its own noise, and refuse where there is none', async () => {
  const workers = { count: 2, modules: [new URL('../../../test/augmented-shift.ts', import.meta.url)] };
  const given = { ...options, validation: 0 };
  const run = () => fit(model, x(), { ...given, augment: moved, workers });
  const first = await run();
  expect(numbersOf(model, await run())).toEqual(numbersOf(model, first));
  expect(numbersOf(model, first)).not.toEqual(numbersOf(model, await fit(model, x(), { ...given, workers })));
  const own = await startWorkers(model, { count: 2 });
  try {
    const refused = { code: 'CONFIG', message: expect.stringMatching(/cannot be posted .* exports? it as 'augment'/) };
    expect(await failure(fit(model, x(), { ...options, augment: moved, workers: own }))).toMatchObject(refused);
    // They still train.
    expect((await fit(model, x(), { ...options, workers: own })).steps).toBe(12);
  } finally {
    await own.close();
  }
});
