import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choleskyFactor } from './cholesky-factor.ts';
import { lowerInverse } from './lower-inverse.ts';

const product = (a: Float64Array, b: Float64Array, size: number): number[] =>
  Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return Array.from({ length: size }, (_k, k) => (a[i * size + k] as number) * (b[k * size + j] as number)).reduce(
      (sum, value) => sum + value,
    );
  });
const transposed = (a: Float64Array, size: number): Float64Array =>
  a.map((_, at) => a[(at % size) * size + Math.floor(at / size)] as number);

/** A lower triangle with a diagonal above 0. */
const triangles = fc.integer({ min: 1, max: 6 }).chain((size) =>
  fc
    .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size * size, maxLength: size * size })
    .map((values) => ({
      size,
      factor: Float64Array.from(values, (value, at) => {
        const [i, j] = [Math.floor(at / size), at % size];
        return j > i ? 0 : i === j ? 1 + Math.abs(value) : value;
      }),
    })),
);

test('F of F·Fᵀ is found again, and its inverse times it is the identity', () => {
  fc.assert(
    fc.property(triangles, ({ size, factor }) => {
      const matrix = Float64Array.from(product(factor, transposed(factor, size), size));
      const found = choleskyFactor(matrix, size);
      for (const [at, value] of factor.entries()) expect(found[at]).toBeCloseTo(value, 6);
      for (const [at, value] of product(lowerInverse(factor, size), factor, size).entries()) {
        expect(value).toBeCloseTo(at % (size + 1) === 0 ? 1 : 0, 8);
      }
    }),
    { seed: 1 },
  );
});

test('what is above the diagonal is not read, and a matrix that is not positive definite has NaN on its diagonal', () => {
  expect([...choleskyFactor(Float64Array.of(4, Number.NaN, 2, 5), 2)]).toEqual([2, 0, 1, 2]);
  expect(choleskyFactor(Float64Array.of(1, 0, 2, 1), 2)[3]).toBeNaN();
});

test('a row with the pivot 0 is passed over: rows after it are as if it were not there', () => {
  // The second row is twice the first.
  const matrix = Float64Array.of(4, 0, 0, 8, 16, 0, 2, 4, 5);
  const seen: [number, number][] = [];
  const factor = choleskyFactor(matrix, 3, (rest, row) => {
    seen.push([row, rest]);
    return row === 1 ? 0 : Math.sqrt(rest);
  });
  expect(seen).toEqual([
    [0, 4],
    [1, 0],
    [2, 4],
  ]);
  expect([...factor]).toEqual([2, 0, 0, 4, 0, 0, 1, 0, 2]);
});
