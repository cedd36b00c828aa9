import {
  crc32,
  DiffeoError,
  diagonalNormal,
  disposeParams,
  type Flow,
  flow,
  leaves,
  normal,
  uniform,
} from '@diffeo/core';
import { toTensor, twoMoons, uniformDequantize, variationalDequantize } from '@diffeo/datasets';
import { affineCoupling, imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { logit, standardise } from '@diffeo/layers-elementwise';
import { actnorm, glow, squeeze } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import { floor, memory, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failing } from '../../../test/treacherous-layers.ts';
import { useWasm } from '../backend/backend.ts';
import type { Workers } from '../executor/workers.ts';
import { adam } from '../optimisers/adam.ts';
import { lion } from '../optimisers/lion.ts';
import { constant } from '../optimisers/schedules.ts';
import { startWorkers } from '../tasks/start-workers.ts';
import { disposeCheckpoint, unpackCheckpoint } from './checkpoint.ts';
import { fit } from './fit.ts';
import type { FitOptions, Fitted } from './fit-options.ts';

let workers: Workers;
const model = flow({ eventShape: [2], layers: [standardise(), actnorm(), ...realNVP({ layers: 2, hidden: [8] })] });
beforeAll(async () => {
  await useWasm();
  workers = await startWorkers(model, { count: 2 });
});
afterAll(() => workers.close());

const moons = () => toTensor(twoMoons().sample(300, 1));
const options = { steps: 60, batchSize: 32, seed: 3, learningRate: 5e-3, validateEvery: 7 };
const numbersOf = (of: Flow, { params }: Fitted) =>
  leaves(of.layout, params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));

/** A run that is stopped after each of these steps and goes on from what it left behind. */
async function inPieces(of: Flow, x: Tensor, given: FitOptions, stops: readonly number[]): Promise<Fitted> {
  let resume: Uint8Array | undefined;
  for (const at of stops) {
    const controller = new AbortController();
    const { params, stopped, checkpoint } = await fit(of, x, {
      ...given,
      ...(resume && { resume }),
      signal: controller.signal,
      onProgress: ({ step }) => step >= at && controller.abort(),
    });
    disposeParams(of.layout, params);
    expect(stopped).toBe('cancelled');
    // As a file gives it: somewhere in a larger buffer of Node's.
    resume = Buffer.concat([Buffer.from('abc'), checkpoint as Uint8Array]).subarray(3);
  }
  return await fit(of, x, { ...given, ...(resume && { resume }) });
}

describe('a run that is stopped and resumed', () => {
  test.each([[[1]], [[7]], [[20]], [[13, 14, 45]]])('after %j steps ends as one that is not', async (stops) => {
    const x = moons();
    const whole = await fit(model, x, options);
    const pieces = await inPieces(model, x, options, stops);
    expect(numbersOf(model, pieces)).toEqual(numbersOf(model, whole));
    for (const name of ['history', 'steps', 'bestStep', 'stopped'] as const) expect(pieces[name]).toEqual(whole[name]);
    expect(whole.checkpoint).toBeNull();
  });

  test('has the same noise of dequantization, and stops as early', async () => {
    const counts = flow({ eventShape: [3], dequantize: uniformDequantize({ bins: 8 }), layers: [affineCoupling()] });
    const x = floor(mul(uniform([100, 3], 1), 7.99));
    const early = { ...options, steps: 400, validateEvery: 5, patience: 2, learningRate: 0.05 };
    const whole = await fit(counts, x, early);
    expect(whole.stopped).toBe('converged');
    const pieces = await inPieces(counts, x, early, [whole.steps - 3]);
    expect(numbersOf(counts, pieces)).toEqual(numbersOf(counts, whole));
    expect(pieces.history).toEqual(whole.history);
    expect(pieces.stopped).toBe('converged');
  });

  test('on workers, without validation and with what is frozen', async () => {
    const x = moons();
    const freeze = (path: string) => path.startsWith('layers.2.');
    const given = { ...options, steps: 80, validation: 0, freeze, workers };
    const whole = await fit(model, x, given);
    const pieces = await inPieces(model, x, given, [5, 40]);
    expect(numbersOf(model, pieces)).toEqual(numbersOf(model, whole));
    expect(pieces.history).toEqual(whole.history);
  });

  test('of Glow on workers, with learned noise and gradients by recompute', async () => {
    const noise = { bins: 8, layers: [squeeze(), actnorm(), imageCoupling({ width: 4 })] };
    const images = flow({
      eventShape: [4, 4, 1],
      dequantize: variationalDequantize(noise),
      layers: [logit(), ...glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps: 1, width: 4 })],
    });
    const x = floor(mul(uniform([96, 4, 4, 1], 1), 7.99));
    const given = { steps: 24, batchSize: 16, seed: 5, validateEvery: 6, gradient: 'recompute', workers: 2 } as const;
    const whole = await fit(images, x, given);
    const pieces = await inPieces(images, x, given, [9]);
    expect(numbersOf(images, pieces)).toEqual(numbersOf(images, whole));
    expect(pieces.history).toEqual(whole.history);
    expect(whole.history).toHaveLength(4);
  });

  test('goes on from what it was given at a validation', async () => {
    const x = moons();
    const given: Uint8Array[] = [];
    const whole = await fit(model, x, { ...options, onCheckpoint: (bytes) => void given.push(bytes) });
    expect(given).toHaveLength(1);
    const before = memory().numTensors;
    const next = await fit(model, x, { ...options, resume: given[0] as Uint8Array });
    expect(numbersOf(model, next)).toEqual(numbersOf(model, whole));
    expect(next.history).toEqual(whole.history);
    expect(next.history.map(({ step }) => step)).toContain(7);
    disposeParams(model.layout, next.params);
    expect(memory().numTensors).toBe(before);
  });

  test('keeps patience that is infinite, and what the start was worth', async () => {
    const controller = new AbortController();
    const { checkpoint, params, startValidation } = await fit(model, moons(), {
      ...options,
      ...{ patience: Infinity, signal: controller.signal },
      onProgress: ({ step }) => step === 20 && controller.abort(),
    });
    disposeParams(model.layout, params);
    const read = unpackCheckpoint(model, checkpoint as Uint8Array);
    expect(read.settings.patience).toBe(Infinity);
    expect(read.state.startValidation).toBe(startValidation);
    expect(read.best?.loss).toBeLessThan(startValidation as number);
    disposeCheckpoint(model, read);
  });

  test.each([[[1]], [[3, 9]], [[2, 40]]])(
    'after %j steps, where validations come early and few of the rows take part',
    async (stops) => {
      const x = moons();
      const early = { steps: 60, batchSize: 16, seed: 3, validation: 0.3, validationRows: 40 };
      const whole = await fit(model, x, early);
      const pieces = await inPieces(model, x, early, stops);
      expect(numbersOf(model, pieces)).toEqual(numbersOf(model, whole));
      expect(pieces.history).toEqual(whole.history);
      expect(pieces.startValidation).toBe(whole.startValidation);
      expect(whole.history.map(({ step }) => step).slice(0, 4)).toEqual([1, 2, 4, 5]);
      expect(whole.validationRows).toBe(40);
    },
  );

  test('whose best parameters are those that it began with', async () => {
    const x = normal([300, 2], 1);
    const worse = { ...options, learningRate: 0.5, schedule: constant() };
    const whole = await fit(model, x, { ...worse, steps: 21 });
    expect(whole).toMatchObject({ startWasBest: true, bestStep: 0 });
    const pieces = await inPieces(model, x, { ...worse, steps: 21 }, [15]);
    expect(pieces).toMatchObject({ startWasBest: true, bestStep: 0, history: whole.history });
    expect(numbersOf(model, pieces)).toEqual(numbersOf(model, whole));
  });

  test('leaves no tensor', async () => {
    const x = moons();
    const before = memory().numTensors;
    const { params } = await inPieces(model, x, options, [10, 30]);
    disposeParams(model.layout, params);
    expect(memory().numTensors).toBe(before);
  });
});

const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('a run that meets what is not finite leaves its newest checkpoint; so does the run that goes on from that', async () => {
  const broken = flow({ eventShape: [2], layers: [failing()], base: diagonalNormal() });
  const given = { steps: 500, learningRate: 0.05, validateEvery: 1 };
  const x = zeros([50, 2]);
  const error = await failure(fit(broken, x, given));
  expect(error).toMatchObject({
    code: 'NOT_FINITE',
    message: expect.stringMatching(/A checkpoint of step 1 is in error\.cause\.checkpoint/),
  });
  expect(error.cause).toMatchObject({
    reason: expect.stringMatching(/^layers\.0 .* not finite, for row \d+ of the data \(counted from 0\)$/),
    place: { data: 'the data', row: expect.any(Number), column: null },
    advice: expect.stringMatching(/^Try a lower learning rate/),
  });
  const resume = (error.cause as Fitted).checkpoint as Uint8Array;
  const again = await failure(fit(broken, x, { ...given, resume }));
  expect((again.cause as Fitted).steps).toBe((error.cause as Fitted).steps);
  expect((again.cause as Fitted).checkpoint).not.toBeNull();
});

test('what onCheckpoint throws ends the run, and no tensor is left', async () => {
  const x = moons();
  const before = memory().numTensors;
  const onCheckpoint = () => Promise.reject(new Error('the disk is full'));
  expect(await failure(fit(model, x, { ...options, onCheckpoint }))).toMatchObject({ message: 'the disk is full' });
  expect(memory().numTensors).toBe(before);
});

async function stoppedAt(step: number): Promise<Uint8Array> {
  const controller = new AbortController();
  const onProgress = ({ step: at }: { readonly step: number }) => at === step && controller.abort();
  const { params, checkpoint } = await fit(model, moons(), { ...options, signal: controller.signal, onProgress });
  disposeParams(model.layout, params);
  return checkpoint as Uint8Array;
}

test.each([
  [{ steps: 61 }, /steps was 60; here it is 61/],
  [{ batchSize: 16 }, /batchSize was 32; here it is 16/],
  [{ learningRate: 1 }, /learningRate was 0.005; here it is 1/],
  [{ seed: 4 }, /seed was 3; here it is 4/],
  [{ validateEvery: 10 }, /validateEvery was 7; here it is 10/],
  [{ clipNorm: Infinity }, /clipNorm was 5; here it is Infinity/],
  [{ validationRows: 7 }, /the number of rows to validate on was 30; here it is 7/],
  [{ validation: 0.5 }, /the number of rows to train on was 270; here it is 150/],
  [{ freeze: (path: string) => path.startsWith('layers.2.') }, /the number of trained parameters was/],
  [{ freeze: (path: string) => path === 'layers.0.mean' }, /the checksum of the frozen paths was 00000000; here it is/],
  [{ patience: Infinity }, /patience was 20; here it is Infinity/],
  [{ gradient: 'checkpoint' as const }, /gradient was store; here it is checkpoint/],
  [{ workers: 2 }, /the number of workers was 0; here it is 2/],
  [{ schedule: constant() }, /the schedule was cosine\(warmup:0\.02,floor:0\); here it is constant$/],
  [{ schedule: () => 1 }, /the schedule was cosine\(.*\); here it is a function \(\w{8}\)$/],
  [{ optimiser: lion() }, /the optimiser was adam\(.*\); here it is lion\(beta1:0\.9,/],
  [{ optimiser: adam({ beta2: 0.99 }) }, /the optimiser was adam\(.*beta2:0\.999.*\); here it is adam\(.*beta2:0\.99,/],
])('with %j a run is another and is not resumed', async (changed, message) => {
  const resume = await stoppedAt(10);
  const before = memory().numTensors;
  const x = moons();
  const error = await failure(fit(model, x, { ...options, ...changed, resume }));
  x.dispose();
  expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(message) });
  expect(memory().numTensors).toBe(before);
});

/** With another environment, as a checkpoint of another machine has it. */
const elsewhere = (whole: Uint8Array, changed: object): Uint8Array =>
  withHeader(whole, (header) => ({ ...header, environment: { ...header.environment, ...changed } }));

test.each([
  [{ engine: 'Node 20.19.0 on x64' }, /the engine was Node 20\.19\.0 on x64; here it is Node \d+\.\d+\.\d+ on \w+\./],
  [{ kernels: 'simd 01234567' }, /the build of the kernels was simd 01234567; here it is \S*simd [0-9a-f]{8}/],
  [{ backend: 'cpu of TensorFlow.js 4.22.0' }, /the backend was cpu of TensorFlow\.js 4\.22\.0; here it is wasm of/],
  [{ versions: { layers: '1.0.0' } }, /the version of layers was 1\.0\.0; here it is 2\.0\.0\. .* begin anew/],
  [{ versions: {} }, /the version of layers was none; here it is 2\.0\.0/],
])('a run that began where %j is not resumed here', async (changed, message) => {
  const versions = { layers: '2.0.0' };
  const controller = new AbortController();
  const given = { ...options, versions, signal: controller.signal };
  const { checkpoint } = await fit(model, moons(), { ...given, onProgress: () => controller.abort() });
  const resume = elsewhere(checkpoint as Uint8Array, changed);
  const error = await failure(fit(model, moons(), { ...options, versions, resume }));
  expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(message) });
});

test('a run on the other build of the kernels is another run', async () => {
  const resume = await stoppedAt(10);
  await useWasm({ kernels: { build: 'simd' } });
  const error = await failure(fit(model, moons(), { ...options, resume }));
  await useWasm();
  expect(error.message).toMatch(/the build of the kernels was relaxed-simd .*; here it is simd [0-9a-f]{8}\./);
  expect(await fit(model, moons(), { ...options, resume })).toMatchObject({ stopped: 'finished' });
});

test('other data of the same size are other data, to train on and to validate on', async () => {
  const x = normal([100, 2], 1);
  const given = { ...options, validation: normal([30, 2], 2) };
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  const { checkpoint } = await fit(model, x, { ...given, signal: controller.signal, onProgress });
  const resume = checkpoint as Uint8Array;
  const others = { ...given, resume };
  expect(await failure(fit(model, normal([100, 2], 3), others))).toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(/the checksum of the data to train on was \w{8}; here it is \w{8}/),
  });
  expect(await failure(fit(model, x, { ...others, validation: normal([30, 2], 3) }))).toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(/the checksum of the data to validate on was \w{8}; here it is \w{8}/),
  });
});

test('a run that does not begin leaves no tensor of what it was to go on from', async () => {
  const pool = await startWorkers(model, { count: 3 });
  const controller = new AbortController();
  const given = { ...options, batchSize: 3, workers: pool, steps: 1000, validateEvery: 2 };
  const x = moons();
  const { checkpoint, params, bestStep } = await fit(model, x, {
    ...given,
    signal: controller.signal,
    onProgress: ({ step }) => step === 10 && controller.abort(),
  });
  disposeParams(model.layout, params);
  expect(bestStep).toBeGreaterThan(0);
  const resume = checkpoint as Uint8Array;
  await pool.close();
  const before = memory().numTensors;
  // With its best parameters, and to workers that are no more.
  expect(await failure(fit(model, x, { ...given, resume }))).toMatchObject({ code: 'WORKER' });
  expect(await failure(fit(model, x, { ...options, batchSize: 1, workers }))).toMatchObject({ code: 'CONFIG' });
  expect(memory().numTensors).toBe(before);
});

test('what is not a checkpoint, or one of another flow, is refused', async () => {
  const resume = await stoppedAt(10);
  const resumed = (bytes: Uint8Array, of = model) => failure(fit(of, moons(), { ...options, resume: bytes }));
  for (const length of [0, 3, 4, 100, resume.length - 1]) {
    expect(await resumed(resume.subarray(0, length))).toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/not a whole checkpoint/),
    });
  }
  expect(await resumed(new Uint8Array(100))).toMatchObject({ code: 'FILE' });
  const other = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });
  expect(await resumed(resume, other)).toMatchObject({ code: 'FILE', message: expect.stringMatching(/another flow/) });
  const activated = realNVP({ layers: 2, hidden: [8], activation: 'tanh' });
  const alike = flow({ eventShape: [2], layers: [standardise(), actnorm(), ...activated] });
  expect(await resumed(resume, alike)).toMatchObject({
    code: 'FILE',
    message: expect.stringMatching(/another flow: its parameters have the same shapes/),
  });
});

test('a checkpoint that was cut or altered anywhere is refused, and leaves no tensor', async () => {
  const whole = await stoppedAt(10);
  const before = memory().numTensors;
  const place = fc.nat(whole.length - 1);
  fc.assert(
    fc.property(
      fc.option(place, { nil: whole.length }),
      fc.uniqueArray(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { maxLength: 4, selector: ([at]) => at }),
      (length, flips) => {
        const bytes = new Uint8Array(whole.subarray(0, length));
        for (const [at, mask] of flips) if (at < length) bytes[at] = (bytes[at] as number) ^ mask;
        fc.pre(Buffer.compare(bytes, whole) !== 0);
        expect(() => unpackCheckpoint(model, bytes)).toThrow(DiffeoError);
      },
    ),
    { numRuns: 500 },
  );
  expect(memory().numTensors).toBe(before);
});

/** A checkpoint with another header, and with the checksum of that. */
function withHeader(whole: Uint8Array, change: (header: Header) => unknown): Uint8Array {
  const size = Buffer.from(whole).readUInt32LE(4);
  const read = JSON.parse(Buffer.from(whole.subarray(8, 8 + size)).toString());
  const header = Buffer.from(JSON.stringify(change(read)));
  const bytes = Buffer.concat([Buffer.alloc(8), header, whole.subarray(8 + size)]);
  bytes.writeUInt32LE(header.length, 4);
  bytes.writeUInt32LE(Number.parseInt(crc32(bytes.subarray(4)), 16), 0);
  return bytes;
}

interface Header {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>>;
}

test.each<[string, (header: Header) => unknown, RegExp]>([
  ['nothing', () => null, /not a whole checkpoint/],
  ['its format alone', () => ({ format: 'diffeo checkpoint 5' }), /not a whole checkpoint/],
  ['a newer format', (header) => ({ ...header, format: 'diffeo checkpoint 6' }), /the format 'diffeo checkpoint 6'/],
  ['no settings', ({ settings: _, ...header }) => header, /not a whole checkpoint/],
  ['a word for a number', (h) => ({ ...h, settings: { ...h.settings, steps: 'many' } }), /not a whole checkpoint/],
  ['more trained numbers', (h) => ({ ...h, settings: { ...h.settings, trained: 2 ** 40 } }), /not a whole checkpoint/],
  ['a step after the last', (h) => ({ ...h, state: { ...h.state, step: 61 } }), /not a whole checkpoint/],
  ['a history that is none', (h) => ({ ...h, state: { ...h.state, history: [1] } }), /not a whole checkpoint/],
])('a header that says %s is refused', async (_, change, message) => {
  const whole = await stoppedAt(10);
  expect(
    unpackCheckpoint(
      model,
      withHeader(whole, (header) => header),
    ).state.step,
  ).toBe(10);
  const before = memory().numTensors;
  let error: unknown;
  try {
    unpackCheckpoint(model, withHeader(whole, change));
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ name: 'DiffeoError', code: 'FILE', message: expect.stringMatching(message) });
  expect(memory().numTensors).toBe(before);
});
