import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal, shuffled } from '@diffeo/core';
import { differentiate, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import {
  add,
  matMul,
  mul,
  setBackend,
  sum,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PluFactors, pluMatrix } from './plu-matrix.ts';

const draw = (size: number): PluFactors => ({
  permutation: tensor1d(Int32Array.from(shuffled(size, 3)), 'int32'),
  sign: tensor1d(Array.from({ length: size }, (_, i) => (i % 3 ? 1 : -1))),
  factors: mul(normal([size, size], 4), 1 / Math.sqrt(size)),
});
const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];

describe.each(['cpu', 'wasm'])('pluMatrix on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    registerGradients();
  });

  test('is P·L·(U + diagonal), with the log-determinant of the diagonal', () => {
    tidied(() => {
      const factors = tensor2d([100, 2, 0.5, -100], [2, 2]);
      const given = { permutation: tensor1d([1, 0], 'int32'), sign: tensor1d([1, -1]), factors };
      const { matrix, logDet } = pluMatrix(given, { bound: Math.log(3) });
      // L = [[1, 0], [½, 1]] and U = [[3, 2], [0, −⅓]]; the rows of their product change places.
      for (const [k, value] of [1.5, 1 - 1 / 3, 3, 2].entries()) expect(numbers(matrix)[k]).toBeCloseTo(value, 5);
      expect(numbers(logDet)[0]).toBeCloseTo(0, 6);
    });
  });

  test.each([1, 2, 7, 48, 70])('%i rows times their inverse are the identity', (size) => {
    tidied(() => {
      const [w, x] = [false, true].map((inverted) => pluMatrix(draw(size), { bound: 5, inverted }).matrix);
      for (const [k, value] of numbers(matMul(w as Tensor2D, x as Tensor2D)).entries()) {
        expect(Math.abs(value - (k % (size + 1) === 0 ? 1 : 0))).toBeLessThan(1e-4);
      }
    });
  });

  test.each([false, true])('its gradient is that of differences, inverted: %s', (inverted) => {
    tidied(() => {
      const given = draw(4);
      const weights = normal([4, 4], 6);
      const loss = (factors: Tensor): Tensor => {
        const { matrix, logDet } = pluMatrix({ ...given, factors }, { bound: 2, inverted });
        return add(sum(mul(matrix, weights)), logDet);
      };
      const [slope] = differentiate(() => loss(given.factors), [given.factors]).grads as [Tensor];
      for (let k = 0; k < 16; k++) {
        const at = (offset: number): number => {
          const moved = numbers(given.factors).map((value, i) => value + (i === k ? offset : 0));
          return numbers(loss(tensor2d(moved, [4, 4])))[0] as number;
        };
        const difference = (at(2 ** -6) - at(-(2 ** -6))) * 2 ** 5;
        expect(Math.abs((numbers(slope)[k] as number) - difference)).toBeLessThan(0.01 * (1 + Math.abs(difference)));
      }
    });
  });
});
