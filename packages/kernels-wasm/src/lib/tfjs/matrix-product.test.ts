import { normal } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import {
  add,
  backend,
  clipByValue,
  elu,
  engine,
  leakyRelu,
  matMul,
  mul,
  prelu,
  relu,
  reshape,
  sigmoid,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { growHeap } from '../../../test/heap.ts';
import { describeBuilds } from '../../../test/with-build.ts';
import type { WasmBackend } from '../heap/backend.ts';

installMatchers();

/** Sizes on both sides of every tile, panel, block and mask word, of the few-vector kernels, and none. */
const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(16, 17, 31, 32, 33, 40, 63, 64, 65, 70));
const inner = fc.oneof(size, fc.constantFrom(128, 255, 256, 257, 300, 513));
const cases = fc.record({
  rows: size,
  inner,
  columns: size,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  seed: fc.integer(),
});

const draw = (rows: number, columns: number, transposed: boolean, seed: number): Tensor =>
  normal(transposed ? [columns, rows] : [rows, columns], seed);

/** The truth, in float64. */
function onHost(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): number[] {
  const [rows, inner] = (transposeA ? [...a.shape].reverse() : a.shape) as [number, number];
  const columns = b.shape[transposeB ? 0 : 1] as number;
  const [x, y] = [a.dataSync(), b.dataSync()];
  return Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let total = 0;
    for (let k = 0; k < inner; k++) {
      const left = x[transposeA ? k * rows + i : i * inner + k] as number;
      total += left * (y[transposeB ? j * inner + k : k * columns + j] as number);
    }
    return total;
  });
}

const fused = (a: Tensor, b: Tensor, bias: Tensor | undefined, activation: string, extra: object = {}): Tensor =>
  engine().runKernel(
    '_FusedMatMul',
    { a: reshape(a, [1, ...a.shape]), b: reshape(b, [1, ...b.shape]), ...(bias && { bias }), ...extra },
    { transposeA: false, transposeB: false, activation, leakyreluAlpha: 0.3 },
  ) as Tensor;

const activations: Readonly<Record<string, (z: Tensor) => Tensor>> = {
  linear: (z) => z,
  relu,
  relu6: (z) => clipByValue(z, 0, 6),
  leakyrelu: (z) => leakyRelu(z, 0.3),
  sigmoid,
  elu,
  tanh,
};

describeBuilds('matrix products', () => {
  beforeAll(() => registerGradients());

  test('are right for any sizes and transposes', () => {
    fc.assert(
      fc.property(cases, ({ rows, inner, columns, transposeA, transposeB, seed }) => {
        tidied(() => {
          const a = draw(rows, inner, transposeA, seed);
          const b = draw(inner, columns, transposeB, seed + 1);
          const product = matMul(a, b, transposeA, transposeB);
          expect(product.shape).toEqual([rows, columns]);
          expect(product).toBeCloseToTensor(onHost(a, b, transposeA, transposeB), 1e-5 * Math.sqrt(inner + 1));
        });
      }),
      { numRuns: 400 },
    );
  });

  test('of stacks repeat what is broadcast', () => {
    tidied(() => {
      const [a, b] = [normal([2, 1, 3, 5, 7], 1), normal([4, 3, 7, 6], 2)];
      const product = matMul(a, b);
      expect(product.shape).toEqual([2, 4, 3, 5, 6]);
      const expected = [0, 1].flatMap((i) =>
        [0, 1, 2, 3].flatMap((j) =>
          [0, 1, 2].flatMap((k) => {
            const left = tensor(a.dataSync().slice((i * 3 + k) * 35, (i * 3 + k + 1) * 35), [5, 7]);
            const right = tensor(b.dataSync().slice((j * 3 + k) * 42, (j * 3 + k + 1) * 42), [7, 6]);
            return onHost(left, right, false, false);
          }),
        ),
      );
      expect(product).toBeCloseToTensor(expected);
      expect(() => matMul(a, b, true, true)).toThrow(/inner shapes/);
    });
  });

  test.each(Object.keys(activations))('with a bias and %s are the composition', (name) => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ rows, inner, columns, seed }, biased) => {
        tidied(() => {
          const [a, b] = [draw(rows, inner, false, seed), draw(inner, columns, false, seed + 1)];
          const bias = biased ? normal([columns], seed + 2) : undefined;
          const z = tensor(onHost(a, b, false, false), [rows, columns]);
          const expected = (activations[name] as (z: Tensor) => Tensor)(bias ? add(z, bias) : z);
          const y = fused(a, b, bias, name);
          expect(y.shape).toEqual([1, rows, columns]);
          if (rows * columns > 0) expect(reshape(y, [rows, columns])).toBeCloseToTensor(expected, 1e-4);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('what the kernels do not take is done as before', () => {
    tidied(() => {
      const [a, b, alpha] = [normal([3, 4], 1), normal([4, 2], 2), normal([2], 3)];
      const y = fused(a, b, undefined, 'prelu', { preluActivationWeights: alpha });
      expect(reshape(y, [3, 2])).toBeCloseToTensor(prelu(matMul(a, b), alpha));
      expect(() => matMul(tensor([[1]], [1, 1], 'int32'), tensor([[1]], [1, 1], 'int32'))).toThrow();
    });
  });

  test('a number that is not one stays so, also behind a rectifier', () => {
    tidied(() => {
      const a = tensor([Number.NaN, 1, 1, 1], [2, 2]);
      const y = fused(a, normal([2, 40], 1), undefined, 'relu').dataSync();
      expect(y.slice(0, 40).every(Number.isNaN)).toBe(true);
      expect(y.slice(40).every(Number.isFinite)).toBe(true);
    });
  });

  test('gradients are those of the definition', () => {
    tidied(() => {
      const [a, b, dy] = [normal([37, 19], 1), normal([19, 41], 2), normal([37, 41], 3)];
      const { grads } = differentiate(() => sum(mul(matMul(a, b), dy)), [a, b]);
      expect(grads[0]).toBeCloseToTensor(onHost(dy, b, false, true), 1e-4);
      expect(grads[1]).toBeCloseToTensor(onHost(a, dy, true, false), 1e-4);
    });
  });

  test('operands may lie anywhere in a heap that grows', () => {
    tidied(() => {
      const a = normal([20, 30], 1);
      const expected = onHost(a, a, false, true);
      growHeap();
      const b = mul(a, 1);
      growHeap();
      expect(matMul(a, b, false, true)).toBeCloseToTensor(expected, 1e-4);
    });
  });

  test('an operand that was written in place is seen', () => {
    tidied(() => {
      const [a, b] = [normal([4, 4], 1), normal([4, 4], 2)];
      const before = matMul(a, b).dataSync();
      const { wasm, dataIdMap } = backend() as unknown as WasmBackend;
      const at = dataIdMap.get(b.dataId).memoryOffset;
      const numbers = new Float32Array(wasm.HEAPU8.buffer, at, b.size);
      numbers.set(numbers.map((x) => 2 * x));
      expect(matMul(a, b)).toBeCloseToTensor(before.map((x) => 2 * x));
    });
  });

  test('leave no tensor behind', () => {
    const [a, b] = [normal([5, 6], 1), normal([7, 6], 2)];
    expect(countTensors(() => matMul(a, b, false, true).dispose())).toBe(0);
  });
});
