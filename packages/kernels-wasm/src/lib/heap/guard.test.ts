import { isDiffeoError, normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { affineTransform, denseStack, elementwise } from '@diffeo/ops';
import { fillHeap } from '@diffeo/testing';
import {
  add,
  backend,
  concat,
  engine,
  matMul,
  memory,
  neg,
  registerKernel,
  reshape,
  softmax,
  sum,
  type Tensor,
  type TensorInfo,
  tensor1d,
  tile,
  topk,
  transpose,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { drawLayers, tensorsOf } from '../../../test/plain-stack.ts';
import { describeBuilds } from '../../../test/with-build.ts';
import type { WasmBackend } from './backend.ts';
import { guarded, guardedKernel } from './guard.ts';
import { outputs } from './heap.ts';

type Backend = WasmBackend & { numDataIds(): number; refCount(dataId: object): number };

/** The message of the error of no memory that `f` throws. */
function refusal(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    if (isDiffeoError(error) && error.code === 'MEMORY') return error.message;
    throw error;
  }
  return expect.fail('no error');
}

describeBuilds('at the end of the heap', () => {
  let kept: Backend;
  let freeAll = (): void => undefined;
  beforeAll(() => {
    registerGradients();
    tensor1d([0]).dispose();
    kept = backend() as unknown as Backend;
  });
  afterEach(() => freeAll());

  const held = () => [
    kept.numDataIds(),
    memory().numTensors,
    memory().numDataBuffers,
    memory().numBytes,
    guarded(kept).count.taken(),
  ];

  const x = () => normal([64, 48], 1);
  const layers = () => drawLayers([48, 64, 64, 48], 7);
  const operations: Readonly<Record<string, (x: Tensor) => unknown>> = {
    add: (x) => add(x, x),
    neg: (x) => neg(x),
    concat: (x) => concat([x, x]),
    'concat of its parts, beside': (x) => concat([x, x, x], 1),
    sum: (x) => sum(x, 0),
    'sum of what it transposes first': (x) => sum(x, [0]),
    softmax: (x) => softmax(x as Tensor),
    transpose: (x) => transpose(x),
    tile: (x) => tile(x, [2, 2]),
    topk: (x) => topk(x, 3),
    matMul: (x) => matMul(x as never, x as never, false, true),
    tensor1d: () => tensor1d(new Float32Array(1000)),
    fill: () => engine().runKernel('Fill', {}, { shape: [1000], value: 1, dtype: 'float32' }),
    normal: () => normal([1000], 3),
  };

  test.each(Object.entries(operations))('%s is refused, and changes nothing', (_, operate) => {
    tidied(() => {
      const input = x();
      const numbers = [...input.dataSync()];
      freeAll = fillHeap();
      const before = held();
      for (let i = 0; i < 3; i++) expect(refusal(() => tidied(() => void operate(input)))).toMatch(/ends at 4096 MiB/);
      expect(held()).toEqual(before);
      expect([...input.dataSync()]).toEqual(numbers);
      expect(kept.refCount(input.dataId)).toBe(1);
      freeAll();
      tidied(() => void operate(input));
      expect(add(input, input).dataSync()[7]).toBe(2 * (numbers[7] as number));
    });
  });

  test('gradients of fused operations are refused wherever memory ends, and change nothing', () => {
    tidied(() => {
      const [input, stack] = [x(), layers()];
      const raw = normal([64, 96], 2);
      const parameters = [input, raw, ...tensorsOf(stack)];
      const step = () =>
        tidied(() => {
          const loss = () =>
            sum(
              elementwise(
                affineTransform(3),
                denseStack(input, stack, { activation: 'elu', residual: true }),
                raw,
                'forward',
              ).value,
            );
          return void differentiate(loss, parameters);
        });
      const numbers = parameters.map((tensor) => [...tensor.dataSync()]);
      step();
      let [refused, done] = [0, false];
      // As much is left over as reaches a little further each time.
      for (let bytes = 2 ** 12; !done; bytes *= 1.5) {
        freeAll = fillHeap(bytes);
        const before = held();
        try {
          step();
          done = true;
        } catch (error) {
          expect(error).toMatchObject({ code: 'MEMORY' });
          refused++;
        }
        expect(held()).toEqual(before);
        freeAll();
      }
      expect(refused).toBeGreaterThan(3);
      expect(parameters.map((tensor) => [...tensor.dataSync()])).toEqual(numbers);
    });
  });

  test('a kernel that made and shared tensors before it threw leaves them as they were', () => {
    tidied(() => {
      const input = x();
      const kernel = guardedKernel({
        kernelName: 'HalfDone',
        backendName: 'wasm',
        kernelFunc: ({ inputs }) => {
          const { x } = inputs as { readonly x: Tensor };
          for (let i = 0; i < 3; i++) kept.incRef(x.dataId);
          const [first] = outputs(kept, [[3], [4]]) as [TensorInfo];
          kept.disposeData(first.dataId);
          kept.disposeData(x.dataId);
          throw new RangeError('half done');
        },
      });
      registerKernel(kernel);
      const before = held();
      expect(() => engine().runKernel('HalfDone', { x: input }, {})).toThrow('half done');
      expect(held()).toEqual(before);
      expect(kept.refCount(input.dataId)).toBe(1);
      unregisterKernel('HalfDone', 'wasm');
    });
  });

  test('what is handed out lies in the heap, and in no two tensors', () => {
    // What tfjs's allocator gives where a block of this size would end beyond 4 GiB is smaller than asked for.
    const blocks: { readonly from: number; readonly to: number }[] = [];
    for (let bytes = 2 ** 30; bytes >= 2 ** 16; bytes /= 2) {
      for (;;) {
        try {
          const from = kept.wasm._malloc(bytes);
          blocks.push({ from, to: from + bytes });
        } catch {
          break;
        }
      }
    }
    freeAll = () => {
      for (const { from } of blocks.splice(0)) kept.wasm._free(from);
    };
    const sorted = blocks.toSorted((a, b) => a.from - b.from);
    expect(sorted.length).toBeGreaterThan(10);
    expect(sorted.at(-1)?.to).toBeLessThanOrEqual(kept.wasm.HEAPU8.length);
    for (const [i, { from }] of sorted.slice(1).entries()) expect(from).toBeGreaterThanOrEqual(sorted[i]?.to as number);
    freeAll();
  });

  test('sizes that addresses have no bits for are refused', () => {
    const before = held();
    for (const size of [2 ** 30, 2 ** 30 + 1, 2 ** 40]) {
      const shape = [size];
      const fill = () => engine().runKernel('Fill', {}, { shape, value: 0, dtype: 'float32' });
      expect(refusal(fill)).toMatch(`A tensor [${size}] takes ${((4 * size) / 2 ** 20).toFixed(1)} MiB`);
    }
    expect(held()).toEqual(before);
  });

  test('tensors of no number need no memory, and shapes of the same memory none either', () => {
    tidied(() => {
      const input = x();
      freeAll = fillHeap();
      expect(tensor1d([], 'float32').size).toBe(0);
      expect(reshape(input, [48, 64]).dataId).toBe(input.dataId);
      freeAll();
    });
  });

  test('stock operations on a tape are refused with nothing left on it', () => {
    tidied(() => {
      const [input, w] = [normal([64, 64], 1), normal([64, 64], 2)];
      freeAll = fillHeap(60_000);
      const before = held();
      expect(
        refusal(() =>
          tidied(
            () => void differentiate(() => sum(softmax(matMul(matMul(input as never, w as never), w as never))), [w]),
          ),
        ),
      ).toMatch(/not left/);
      expect(held()).toEqual(before);
      freeAll();
    });
  });
});
