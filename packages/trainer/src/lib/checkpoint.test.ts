import { type DiffeoError, disposeParams, type Flow, flow, leaves, uniform } from '@diffeo/core';
import { standardise, toTensor, twoMoons, uniformDequantize } from '@diffeo/datasets';
import { affineCoupling, realNVP } from '@diffeo/layers-coupling';
import { actnorm } from '@diffeo/layers-glow';
import { floor, memory, mul, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useWasm } from './backend.ts';
import { fit } from './fit.ts';
import type { FitOptions, Fitted } from './fit-options.ts';
import { startWorkers, type Workers } from './parallel/workers.ts';

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
    const counts = flow({ eventShape: [3], dequantize: uniformDequantize({ levels: 8 }), layers: [affineCoupling()] });
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
  [{ validation: 0.5 }, /the number of rows to train on was 270; here it is 150/],
  [{ freeze: (path: string) => path.startsWith('layers.2.') }, /the number of trained parameters was/],
])('with %j a run is another and is not resumed', async (changed, message) => {
  const resume = await stoppedAt(10);
  const before = memory().numTensors;
  const x = moons();
  const error = await failure(fit(model, x, { ...options, ...changed, resume }));
  x.dispose();
  expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(message) });
  expect(memory().numTensors).toBe(before);
});

test('what is no checkpoint, or one of another flow, is refused', async () => {
  const resume = await stoppedAt(10);
  const resumed = (bytes: Uint8Array, of = model) => failure(fit(of, moons(), { ...options, resume: bytes }));
  for (const length of [0, 3, 4, 100, resume.length - 1]) {
    expect(await resumed(resume.subarray(0, length))).toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/no whole checkpoint/),
    });
  }
  expect(await resumed(new Uint8Array(100))).toMatchObject({ code: 'FILE' });
  const other = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });
  expect(await resumed(resume, other)).toMatchObject({ code: 'FILE', message: expect.stringMatching(/another flow/) });
});
