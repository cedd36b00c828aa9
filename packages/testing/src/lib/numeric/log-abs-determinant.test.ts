import { isDiffeoError } from '@diffeo/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logAbsDeterminant } from './log-abs-determinant.ts';

const entry = fc.integer({ min: -8, max: 8 });
const matrix = (n: number) => fc.array(entry, { minLength: n * n, maxLength: n * n });

const product = (a: readonly number[], b: readonly number[], n: number): number[] =>
  Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return [...Array(n).keys()].reduce((sum, k) => sum + (a[i * n + k] ?? 0) * (b[k * n + j] ?? 0), 0);
  });

test('log |det(AB)| = log |det A| + log |det B|', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }).chain((n) => fc.tuple(fc.constant(n), matrix(n), matrix(n))),
      ([n, a, b]) => {
        const [first, second] = [logAbsDeterminant(a, n), logAbsDeterminant(b, n)];
        // Determinants of whole numbers are whole: below a half they are 0, whatever rounding makes of them.
        fc.pre(first > -0.7 && second > -0.7);
        expect(logAbsDeterminant(product(a, b, n), n)).toBeCloseTo(first + second, 8);
      },
    ),
  );
});

test('of a triangular matrix it is the sum over the diagonal, whatever the signs', () => {
  expect(logAbsDeterminant([2, 5, 7, 0, -3, 9, 0, 0, 0.5], 3)).toBeCloseTo(Math.log(3), 12);
});

test('a zero pivot is no obstacle', () => {
  expect(logAbsDeterminant([0, 1, 1, 0], 2)).toBe(0);
});

test('a singular matrix gives −∞, NaN gives NaN, the empty matrix 0', () => {
  expect(logAbsDeterminant([1, 2, 2, 4], 2)).toBe(-Infinity);
  expect(logAbsDeterminant([1, Number.NaN, 2, 4], 2)).toBeNaN();
  expect(logAbsDeterminant([], 0)).toBe(0);
});

test('tiny and huge numbers neither underflow nor overflow', () => {
  const n = 50;
  const scaled = (scale: number) => Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? scale : 0));
  expect(logAbsDeterminant(scaled(1e-30), n)).toBeCloseTo(n * Math.log(1e-30), 6);
  expect(logAbsDeterminant(scaled(1e30), n)).toBeCloseTo(n * Math.log(1e30), 6);
});

test('the matrix is left as it is, and must be square', () => {
  const given = [0, 1, 1, 0];
  logAbsDeterminant(given, 2);
  expect(given).toEqual([0, 1, 1, 0]);
  expect(() => logAbsDeterminant([1, 2, 3], 2)).toThrowError(/holds 4 numbers; this one holds 3/);
  try {
    logAbsDeterminant([1, 2, 3], 2);
  } catch (error) {
    expect(isDiffeoError(error) && error.code).toBe('SHAPE');
  }
});
