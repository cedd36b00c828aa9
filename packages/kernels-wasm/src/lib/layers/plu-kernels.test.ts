import { normal, shuffled } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { type PluFactors, pluMatrix } from '@diffeo/ops';
import { countTensors } from '@diffeo/testing';
import { installMatchers } from '@diffeo/testing/vitest';
import { add, mul, reshape, sign, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { heapGrowth } from '../../../test/heap.ts';
import { onCpu } from '../../../test/on-cpu.ts';
import { describeBuilds } from '../../../test/with-build.ts';

installMatchers();

/** Factors of the size of those of a rotation. */
const draw = (size: number, seed: number): PluFactors => ({
  permutation: tensor1d(Int32Array.from(shuffled(size, seed)), 'int32'),
  sign: sign(normal([size], seed + 1)),
  factors: mul(normal([size, size], seed + 2), 1 / Math.sqrt(size)),
});

const cases = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 17 }), fc.constantFrom(24, 48, 64, 65)),
  bound: fc.constantFrom(0.1, 1, 5, 20),
  inverted: fc.boolean(),
  seed: fc.integer(),
});

describeBuilds('matrices from their factors', () => {
  beforeAll(() => registerGradients());

  test('have the matrix, log-determinant and gradient of their composition', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, bound, inverted, seed }) => {
        const run = (): Tensor[] => {
          const given = draw(size, seed);
          const [dMatrix, dLogDet] = [normal([size, size], seed + 3), normal([], seed + 4)];
          const { matrix, logDet } = pluMatrix(given, { bound, inverted });
          const weighted = () => {
            const result = pluMatrix(given, { bound, inverted });
            return add(sum(mul(result.matrix, dMatrix)), mul(result.logDet, dLogDet));
          };
          return [matrix, logDet, ...(differentiate(weighted, [given.factors]).grads as Tensor[])];
        };
        const slow = await onCpu(run);
        tidied(() => {
          for (const [i, result] of run().entries()) {
            const truth = slow[i] as number[];
            const most = truth.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
            // The composition inverts in float32, the kernel in float64.
            const values = result.dataSync();
            for (const [k, value] of truth.entries()) {
              expect(Math.abs((values[k] as number) - value)).toBeLessThan((inverted ? 2e-4 : 1e-5) * most);
            }
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test.each([3, 12, 48, 64])('%i rows times their inverse are the identity to 1e-6 of the largest products', (size) => {
    tidied(() => {
      const given = draw(size, 5);
      const [w, x] = [false, true].map((inverted) => pluMatrix(given, { bound: 5, inverted }));
      const [a, b] = [w, x].map((each) => each?.matrix.dataSync() as Float32Array) as [Float32Array, Float32Array];
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let [total, most] = [0, 0];
          for (let k = 0; k < size; k++) {
            const term = (a[i * size + k] as number) * (b[k * size + j] as number);
            total += term;
            most = Math.max(most, Math.abs(term));
          }
          expect(Math.abs(total - (i === j ? 1 : 0))).toBeLessThan(1e-6 * (1 + most));
        }
      }
      expect(x?.logDet.dataSync()[0]).toBe(-(w?.logDet.dataSync()[0] as number));
    });
  });

  test('the gradient of the inverse agrees with differences in float64 of its own values', () => {
    tidied(() => {
      const given = draw(5, 9);
      const weights = normal([5, 5], 1).dataSync();
      const options = { bound: 5, inverted: true };
      const loss = (factors: Tensor) => sum(mul(pluMatrix({ ...given, factors }, options).matrix, tensorOf(weights)));
      const [slope] = differentiate(() => loss(given.factors), [given.factors]).grads as [Tensor];
      const values = given.factors.dataSync();
      const at = (k: number, step: number): number => {
        const moved = values.slice();
        moved[k] = (moved[k] as number) + step;
        const found = [...pluMatrix({ ...given, factors: tensorOf(moved) }, options).matrix.dataSync()];
        return found.reduce((total, value, i) => total + value * (weights[i] as number), 0);
      };
      for (let k = 0; k < 25; k++) {
        const difference = (at(k, 1 / 256) - at(k, -1 / 256)) * 128;
        expect(Math.abs(difference - (slope.dataSync()[k] as number))).toBeLessThan(5e-3 * (1 + Math.abs(difference)));
      }
    });
  });

  test('a permutation that points nowhere writes nowhere', () => {
    tidied(() => {
      const given = { ...draw(3, 1), permutation: tensor1d([7, -1, 0], 'int32') };
      for (const inverted of [false, true]) {
        expect(pluMatrix(given, { bound: 5, inverted }).matrix).toBeFiniteTensor();
        const [slope] = differentiate(
          () => sum(pluMatrix(given, { bound: 5, inverted }).matrix),
          [given.factors],
        ).grads;
        expect(slope as Tensor).toBeFiniteTensor();
      }
    });
  });

  test('leave nothing behind, in tensors or in the heap', () => {
    const given = tidied(() => draw(6, 2));
    const step = () =>
      tidied(() => {
        for (const inverted of [false, true]) {
          differentiate(() => sum(pluMatrix(given, { bound: 5, inverted }).matrix), [given.factors]);
        }
      });
    expect(countTensors(step)).toBe(0);
    expect(heapGrowth(step, 500)).toBe(0);
  });
});

const tensorOf = (values: ArrayLike<number>): Tensor => reshape(tensor1d(Float32Array.from(values)), [5, 5]);
