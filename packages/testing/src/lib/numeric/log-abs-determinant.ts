import { DiffeoError } from '@diffeo/core';

function pivotOf(rows: Float64Array, n: number, column: number): number {
  let pivot = column;
  for (let row = column + 1; row < n; row++) {
    if (Math.abs(rows[row * n + column] as number) > Math.abs(rows[pivot * n + column] as number)) pivot = row;
  }
  return pivot;
}

function exchange(rows: Float64Array, n: number, a: number, b: number): void {
  const kept = rows.slice(a * n, a * n + n);
  rows.copyWithin(a * n, b * n, b * n + n);
  rows.set(kept, b * n);
}

/**
 * log |det| of an `n × n` matrix, row by row, in nats: LU with partial pivoting in float64. −∞ for a singular matrix, NaN
 * for one that holds NaN, 0 for the empty one. Leaves the matrix as it is.
 *
 * @throws DiffeoError `SHAPE` unless the matrix holds n² numbers.
 */
export function logAbsDeterminant(matrix: ArrayLike<number>, n: number): number {
  if (matrix.length !== n * n) {
    throw new DiffeoError('SHAPE', `a ${n} × ${n} matrix holds ${n * n} numbers; this one holds ${matrix.length}`);
  }
  const rows = Float64Array.from(matrix);
  if (rows.some(Number.isNaN)) return Number.NaN;
  let total = 0;
  for (let column = 0; column < n; column++) {
    const pivot = pivotOf(rows, n, column);
    if (pivot !== column) exchange(rows, n, pivot, column);
    const diagonal = rows[column * n + column] as number;
    if (diagonal === 0) return -Infinity;
    total += Math.log(Math.abs(diagonal));
    for (let row = column + 1; row < n; row++) {
      const factor = (rows[row * n + column] as number) / diagonal;
      for (let k = column; k < n; k++) {
        rows[row * n + k] = (rows[row * n + k] as number) - factor * (rows[column * n + k] as number);
      }
    }
  }
  return total;
}
