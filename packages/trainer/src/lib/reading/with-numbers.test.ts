import { flow, isDiffeoError, normal, normalMixture } from '@diffeo/core';
import { neuralSpline, realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  add,
  copyRegisteredKernels,
  mul,
  registerBackend,
  removeBackend,
  setBackend,
  square,
  sum,
  Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import type { FitOptions } from '../fit/fit-options.ts';
import { minimise } from '../fit/minimise.ts';
import { lion } from '../optimisers/lion.ts';
import { sample } from '../sampling/sample.ts';
import { score } from '../scores/score.ts';
import { reverseKL } from '../variational/reverse-kl.ts';
import { takeScalar, withNumbers } from './with-numbers.ts';

test('on WASM numbers are handed over at once, where they are', async () => {
  await useWasm();
  const x = tensor1d([1, 2, 3]);
  let found: Float32Array | undefined;
  const pending = withNumbers([x], ([numbers]) => {
    found = numbers;
    return numbers?.[2];
  });
  expect([...(found as Float32Array)]).toEqual([1, 2, 3]);
  found?.set([7]);
  expect(await pending).toBe(3);
  expect([...x.dataSync()]).toEqual([7, 2, 3]);
  const scalar = sum(x);
  expect(await takeScalar(scalar)).toBe(12);
  expect(scalar.isDisposed).toBe(true);
});

/** The CPU backend under the name of WebGPU, whose numbers have to be waited for. */
describe('on a backend that cannot be read at once', () => {
  const name = 'webgpu';
  beforeAll(async () => {
    registerBackend(name, () => new MathBackendCPU());
    copyRegisteredKernels('cpu', name);
    await setBackend(name);
    vi.spyOn(Tensor.prototype, 'dataSync').mockImplementation(() => {
      throw new Error('a tensor was read without waiting');
    });
  });
  afterAll(() => {
    vi.restoreAllMocks();
    removeBackend(name);
  });

  const x = () => normal([64, 2], 1);
  const options: FitOptions = { steps: 6, batchSize: 16, seed: 1, validateEvery: 2 };

  test('a flow starts, trains, is averaged, validated, stopped and resumed, scores and samples', async () => {
    const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [4] })] });
    const weights = tensor1d(Array.from({ length: 64 }, (_, row) => row % 3));
    const all: FitOptions = {
      ...{ ...options, ema: 0.5 },
      augment: (batch, seed) => ({ ...batch, x: add(batch.x, mul(normal(batch.x.shape, seed), 0.1)) }),
    };
    const whole = await fit(model, { x: x(), weights }, all);
    const controller = new AbortController();
    const { checkpoint } = await fit(
      model,
      { x: x(), weights },
      {
        ...all,
        signal: controller.signal,
        onProgress: ({ step }) => void (step === 3 && controller.abort()),
      },
    );
    const resumed = await fit(model, { x: x(), weights }, { ...all, ...(checkpoint && { resume: checkpoint }) });
    const scores = await score(model, whole.params, x());
    expect(await score(model, resumed.params, x())).toEqual(scores);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(await sample(model, whole.params, { count: 5, seed: 1 })).toHaveLength(10);
  });

  test('so does a spline under a context, by an optimiser composed of operations', async () => {
    const model = flow({
      eventShape: [2],
      contextShape: [1],
      layers: neuralSpline({ layers: 1, hidden: [4], bins: 3 }),
    });
    const context = normal([64, 1], 2);
    const { history } = await fit(model, { x: x(), context }, { ...options, optimiser: lion() });
    expect(history.length).toBeGreaterThan(1);
  });

  test('what goes wrong is found and named', async () => {
    const model = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [4] }) });
    const error = await fit(model, x(), { ...options, learningRate: 1e3, clipNorm: Infinity, steps: 200 }).catch(
      (e) => e,
    );
    expect(isDiffeoError(error) && error.code).toBe('NOT_FINITE');
  });

  test('a density without data is minimised, and a base that its samples do not follow is refused', async () => {
    const target = (z: Tensor): Tensor => mul(sum(square(z), 1), -0.5);
    const model = flow({ eventShape: [2], layers: realNVP({ layers: 1, hidden: [4] }) });
    expect((await minimise(model, reverseKL(model, target), { ...options, validationRows: 16 })).steps).toBe(6);
    const mixed = flow({
      eventShape: [2],
      layers: realNVP({ layers: 1, hidden: [4] }),
      base: normalMixture({ components: 2 }),
    });
    await expect(minimise(mixed, reverseKL(mixed, target), options)).rejects.toMatchObject({ code: 'CONFIG' });
  });
});
