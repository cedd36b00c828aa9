import { expect, test } from 'vitest';
import { plu } from './plu.ts';
import { randomOrthogonal } from './random-orthogonal.ts';

const sizes = [1, 2, 3, 8, 48, 192];

/** The largest entry of |A·Aᵀ − I|. */
function departure(rows: readonly Float64Array[]): number {
  const product = (a: Float64Array, b: Float64Array) =>
    a.reduce((total, value, k) => total + value * (b[k] as number), 0);
  return Math.max(...rows.flatMap((a, i) => rows.map((b, j) => Math.abs(product(a, b) - (i === j ? 1 : 0)))));
}

test.each(sizes)('random orthogonal rows of size %i are orthonormal to 1e-14', (size) => {
  expect(departure(randomOrthogonal(size, 1))).toBeLessThan(1e-14);
});

test('the seed decides them', () => {
  expect(randomOrthogonal(8, 1)).toEqual(randomOrthogonal(8, 1));
  expect(randomOrthogonal(8, 2)).not.toEqual(randomOrthogonal(8, 1));
});

test('random orthogonal matrices are uniform: every entry has mean 0 and variance 1/size', () => {
  const draws = Array.from({ length: 4000 }, (_, seed) => randomOrthogonal(3, seed).flatMap((row) => [...row]));
  for (let k = 0; k < 9; k++) {
    const entries = draws.map((draw) => draw[k] as number);
    const mean = entries.reduce((total, value) => total + value, 0) / entries.length;
    const variance = entries.reduce((total, value) => total + value * value, 0) / entries.length;
    // Five standard errors: √(1/3 / 4000) and √((1/5 − 1/9) / 4000).
    expect(Math.abs(mean)).toBeLessThan(5 * 0.0092);
    expect(Math.abs(variance - 1 / 3)).toBeLessThan(5 * 0.0048);
  }
});

test.each(sizes)('P·L·U is the matrix, with nothing above 1 in L, size %i', (size) => {
  const matrix = randomOrthogonal(size, 5);
  const { permutation, factors } = plu(matrix);
  expect([...permutation].sort((a, b) => a - b)).toEqual([...Array(size).keys()]);
  const at = (row: number, column: number) => (factors[row] as Float64Array)[column] as number;
  let worst = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (column < row) expect(Math.abs(at(row, column))).toBeLessThanOrEqual(1);
      let total = row <= column ? at(row, column) : 0;
      for (let k = 0; k < row && k <= column; k++) total += at(row, k) * at(k, column);
      const expected = (matrix[permutation[row] as number] as Float64Array)[column] as number;
      worst = Math.max(worst, Math.abs(total - expected));
    }
  }
  expect(worst).toBeLessThan(1e-13);
});

test('the parity is the determinant of P', () => {
  const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));
  expect(plu(rows([1, 0], [0, 1])).parity).toBe(1);
  expect(plu(rows([0, 1], [1, 0])).parity).toBe(-1);
  expect(plu(rows([0, 1, 0], [0, 0, 1], [1, 0, 0])).parity).toBe(1);
});

test('the matrix is left as it is', () => {
  const matrix = randomOrthogonal(4, 6);
  const before = matrix.map((row) => row.slice());
  plu(matrix);
  expect(matrix).toEqual(before);
});
