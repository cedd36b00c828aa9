import { setBackend, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { describeBuilds } from '../../../test/with-build.ts';
import { installKernels } from '../install/install-kernels.ts';
import { type HeapWatch, watchHeap } from './watch-heap.ts';

const numbers = (count: number): Tensor => tensor1d(new Float32Array(count));

describeBuilds('a watch of the heap', (build) => {
  test('tells what is taken, and the most that was taken at once since it began', () => {
    const outer = watchHeap() as HeapWatch;
    const before = outer.taken();
    expect(outer.peak()).toBe(before);
    const kept = numbers(1000);
    numbers(5000).dispose();
    expect(outer.taken()).toBe(before + 4000);
    expect(outer.peak()).toBe(before + 24_000);

    const inner = watchHeap() as HeapWatch;
    expect(inner.peak()).toBe(before + 4000);
    numbers(2000).dispose();
    expect([outer.peak(), inner.peak()]).toEqual([before + 24_000, before + 12_000]);
    numbers(9000).dispose();
    expect([outer.peak(), inner.peak()]).toEqual([before + 40_000, before + 40_000]);

    kept.dispose();
    const last = watchHeap() as HeapWatch;
    expect([last.taken(), last.peak()]).toEqual([before, before]);
    expect(outer.peak()).toBe(before + 40_000);
  });

  test('counts no tensor that was there before the kernels', async () => {
    (await installKernels({ build })).uninstall();
    const early = numbers(1000);
    const length = watchHeap() as HeapWatch;
    expect(length.peak()).toBeGreaterThan(2 ** 20);
    expect(length.taken()).toBe(length.peak());
    await installKernels({ build });
    const watch = watchHeap() as HeapWatch;
    expect(watch.taken()).toBe(0);
    early.dispose();
    expect(watch.taken()).toBe(0);
  });

  test('is of the WASM backend alone', async () => {
    await setBackend('cpu');
    expect(watchHeap()).toBeNull();
    await setBackend('wasm');
  });
});
