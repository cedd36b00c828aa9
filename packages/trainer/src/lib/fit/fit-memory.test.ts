import { disposeParams, flow, leaves, normal } from '@diffeo/core';
import { watchHeap } from '@diffeo/kernels-wasm';
import { realNVP } from '@diffeo/layers-coupling';
import { fillHeap } from '@diffeo/testing';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from './fit.ts';

beforeAll(() => useWasm());

const model = flow({ eventShape: [4], layers: realNVP({ layers: 4, hidden: [32, 32] }) });
const taken = () => watchHeap()?.taken() as number;

/** Trains for a few steps, and returns the most memory that it took beyond what was taken before. */
async function peakOf(x: Tensor, options: Parameters<typeof fit>[2]): Promise<number> {
  const before = taken();
  const { params, peakBytes } = await fit(model, x, { steps: 3, seed: 1, validation: 0, ...options });
  disposeParams(model.layout, params);
  expect(taken()).toBe(before);
  return (peakBytes as number) - before;
}

test('the memory that is reported is that of the run, not of those before it', async () => {
  const x = normal([4096, 4], 1);
  const large = await peakOf(x, { batchSize: 2048 });
  const small = await peakOf(x, { batchSize: 64 });
  // At least what enters and leaves 4 couplings and their hidden layers.
  expect(large).toBeGreaterThan(4 * 2048 * 4 * 64);
  expect(small).toBeLessThan(large / 4);
  expect(await peakOf(x, { batchSize: 2048 })).toBe(large);
  expect(await peakOf(x, { batchSize: 2048, gradient: 'recompute' })).toBeLessThan(0.8 * large);
  x.dispose();
});

test('runs at the same time share the heap, and each reports what was taken of it while it ran', async () => {
  const x = normal([4096, 4], 1);
  const before = taken();
  const alone = await peakOf(x, { batchSize: 1024 });
  const both = await Promise.all([1024, 64].map((batchSize) => fit(model, x, { steps: 3, validation: 0, batchSize })));
  for (const { params, peakBytes } of both) {
    disposeParams(model.layout, params);
    expect(peakBytes).toBeGreaterThanOrEqual(before + alone);
  }
  x.dispose();
});

test('workers report what they took together', async () => {
  const x = normal([4096, 4], 1);
  const options = { steps: 3, seed: 1, validation: 0, workers: 2 };
  const peaks: number[] = [];
  for (const batchSize of [2048, 64]) {
    const { params, peakBytes } = await fit(model, x, { ...options, batchSize });
    disposeParams(model.layout, params);
    peaks.push(peakBytes as number);
  }
  expect(peaks[1]).toBeLessThan(peaks[0] as number);
  expect(peaks[0]).toBeLessThan(2 ** 24);
  x.dispose();
});

test.each(['store', 'checkpoint', 'recompute'] as const)(
  'a run with gradient %s that the heap has no room for says so, and leaves everything as it was',
  async (gradient) => {
    const x = normal([512, 4], 1);
    const first = await fit(model, x, { steps: 2, seed: 1, gradient });
    const numbers = () =>
      leaves(model.layout, first.params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
    const [before, parameters] = [[...x.dataSync()], numbers()];
    let [refused, done] = [0, false];
    for (let spare = 2 ** 12; !done; spare *= 2) {
      const free = fillHeap(spare);
      const held = [memory().numTensors, memory().numDataBuffers, memory().numBytes, taken()];
      try {
        const { params } = await fit(model, x, { steps: 2, seed: 1, gradient, params: first.params });
        disposeParams(model.layout, params);
        done = true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'MEMORY', message: expect.stringMatching(/ends at 4096 MiB/) });
        refused++;
      }
      const left = [memory().numTensors, memory().numDataBuffers, memory().numBytes, taken()];
      free();
      expect(left).toEqual(held);
    }
    expect(refused).toBeGreaterThan(3);
    expect([...x.dataSync()]).toEqual(before);
    expect(numbers()).toEqual(parameters);
    disposeParams(model.layout, first.params);
    x.dispose();
  },
);
