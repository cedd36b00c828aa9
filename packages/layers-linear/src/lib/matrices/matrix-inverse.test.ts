import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { normal } from '@diffeo/core';
import { differentiate, product, tidied } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { logAbsDeterminant } from '@diffeo/testing';
import {
  abs,
  add,
  eye,
  fill,
  max,
  memory,
  mul,
  setBackend,
  sub,
  sum,
  type Tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomOrthogonal } from '../plu/random-orthogonal.ts';
import { matrixInverse } from './matrix-inverse.ts';

const numbers = (tensor: Tensor): number[] => [...tensor.dataSync()];
const largest = (tensor: Tensor): number => max(abs(tensor)).dataSync()[0] as number;
const orthogonal = (size: number): Tensor =>
  tensor2d(Float32Array.from(randomOrthogonal(size, 1).flatMap((row) => [...row])), [size, size]);
/** An orthogonal matrix with noise, of a condition number below 10. */
const moved = (size: number): Tensor => add(orthogonal(size), mul(normal([size, size], 2), 0.3 / Math.sqrt(size)));

registerGradients();

describe.each(['cpu', 'wasm'])('the inverse of a matrix on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
  });

  test.each([1, 2, 3, 12, 48])(
    'times the matrix is the identity, and logDet is that of float64, at %i columns',
    (size) => {
      tidied(() => {
        for (const matrix of [orthogonal(size), moved(size), mul(moved(size), 1e6), mul(moved(size), 1e-6)]) {
          const { inverse, logDet } = matrixInverse(matrix);
          expect(largest(sub(product(matrix, inverse), eye(size)))).toBeLessThan(4e-6);
          expect(largest(sub(product(inverse, matrix), eye(size)))).toBeLessThan(4e-6);
          const expected = logAbsDeterminant(matrix.dataSync(), size);
          expect(Math.abs((logDet.dataSync()[0] as number) - expected)).toBeLessThan(1e-6 * (5 + Math.abs(expected)));
        }
      });
    },
  );

  test('of the identity is the identity, to the bit', () => {
    tidied(() => {
      const { inverse, logDet } = matrixInverse(eye(5));
      expect(numbers(inverse)).toEqual(numbers(eye(5)));
      expect(logDet.dataSync()[0]).toBe(0);
    });
  });

  test('needs no number on the diagonal, and rows may be of any length', () => {
    tidied(() => {
      const matrix = tensor2d([0, 0, 1e5, 2e-5, 0, 0, 0, 4, 0], [3, 3]);
      const { inverse, logDet } = matrixInverse(matrix);
      for (const [i, value] of [0, 5e4, 0, 0, 0, 0.25, 1e-5, 0, 0].entries()) {
        expect(numbers(inverse)[i]).toBeCloseTo(value, 2);
      }
      expect(logDet.dataSync()[0]).toBeCloseTo(Math.log(8), 5);
    });
  });

  test('the gradient of logDet is the transposed inverse, and that of the inverse −X·dW·X', () => {
    tidied(() => {
      const matrix = moved(4);
      const { inverse } = matrixInverse(matrix);
      const x = (row: number, column: number) => numbers(inverse)[4 * row + column] as number;
      const weights = numbers(normal([4, 4], 6));
      const [slope] = differentiate(() => matrixInverse(matrix).logDet, [matrix]).grads as [Tensor];
      const sumOf = () => sum(mul(matrixInverse(matrix).inverse, tensor2d(weights, [4, 4])));
      const [other] = differentiate(sumOf, [matrix]).grads as [Tensor];
      for (const [k, value] of numbers(slope).entries()) {
        const [row, column] = [Math.floor(k / 4), k % 4];
        expect(value).toBeCloseTo(x(column, row), 5);
        const expected = weights.reduce((total, w, m) => total - w * x(Math.floor(m / 4), row) * x(column, m % 4), 0);
        expect(numbers(other)[k]).toBeCloseTo(expected, 4);
      }
    });
  });

  test('second derivatives are the differences of first ones', () => {
    tidied(() => {
      const [matrix, direction] = [moved(3), normal([3, 3], 5)];
      const value = (at: Tensor) => {
        const { inverse, logDet } = matrixInverse(at);
        return add(logDet, sum(mul(inverse, inverse)));
      };
      const slope = (at: Tensor): Tensor => differentiate(() => value(at), [at]).grads[0] as Tensor;
      const along = () => sum(mul(slope(matrix), direction));
      const [second] = differentiate(along, [matrix]).grads as [Tensor];
      const step = 1e-2;
      const [ahead, behind] = [add(matrix, mul(direction, step)), sub(matrix, mul(direction, step))];
      const differences = mul(sub(slope(ahead), slope(behind)), 1 / (2 * step));
      expect(largest(sub(second, differences))).toBeLessThan(2e-2 * largest(differences));
      expect(largest(second)).toBeGreaterThan(1);
    });
  });

  test.each([
    ['zero', [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['of one row thrice', [20, 20, 20, 20, 20, 20, 20, 20, 20]],
    ['of rank two', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['with a row of zeros', [1, 0, 0, 0, 0, 0, 0, 0, 1]],
  ])('a matrix %s gives finite numbers and a finite gradient of logDet', (_, values) => {
    tidied(() => {
      const matrix = tensor2d(values, [3, 3]);
      const { inverse, logDet } = matrixInverse(matrix);
      const [slope] = differentiate(() => matrixInverse(matrix).logDet, [matrix]).grads as [Tensor];
      expect([...numbers(inverse), ...numbers(logDet), ...numbers(slope)].every(Number.isFinite)).toBe(true);
      expect(logDet.dataSync()[0]).toBeLessThan(-10);
    });
  });

  test('what is not a number stays one that is none', () => {
    tidied(() => {
      const { logDet } = matrixInverse(tensor2d([1, Number.NaN, 0, 1], [2, 2]));
      expect(logDet.dataSync()[0]).toBeNaN();
    });
  });

  test('leaves two tensors: the inverse and the log-determinant', () => {
    const matrix = fill([6, 6], 1);
    const before = memory().numTensors;
    const { inverse, logDet } = matrixInverse(matrix);
    expect(memory().numTensors).toBe(before + 2);
    for (const tensor of [matrix, inverse, logDet]) tensor.dispose();
  });
});

test('at 192 columns the identity is met to 4e-6 and logDet to 1e-4 of float64', async () => {
  await setBackend('wasm');
  tidied(() => {
    for (const matrix of [orthogonal(192), moved(192)]) {
      const { inverse, logDet } = matrixInverse(matrix);
      expect(largest(sub(product(matrix, inverse), eye(192)))).toBeLessThan(4e-6);
      expect(logDet.dataSync()[0]).toBeCloseTo(logAbsDeterminant(matrix.dataSync(), 192), 4);
    }
  });
});
