import { subtractMultiple } from './subtract-multiple.ts';

/** A matrix A = P·L·U. */
export interface Plu {
  /** Row `i` of L·U is row `permutation[i]` of A. */
  readonly permutation: readonly number[];
  /** Row by row: below the diagonal L, whose own diagonal is ones; the rest is U. */
  readonly factors: readonly Float64Array[];
  /** The determinant of P: 1 or −1. */
  readonly parity: number;
}

/**
 * The PLU decomposition of a square matrix given by its rows, float64 on the host, with partial pivoting: the largest
 * number of each column goes on the diagonal, so that nothing in L is above 1 (Golub & Van Loan 2013, §3.4).
 */
export function plu(matrix: readonly Float64Array[]): Plu {
  const rows = matrix.map((row, index) => ({ index, values: row.slice() }));
  let parity = 1;
  for (let column = 0; column < rows.length; column++) {
    const size = ({ values }: { values: Float64Array }): number => Math.abs(values[column] as number);
    const pivot = rows.slice(column).reduce((best, row) => (size(row) > size(best) ? row : best));
    const from = rows.indexOf(pivot);
    if (from !== column) {
      rows[from] = rows[column] as typeof pivot;
      rows[column] = pivot;
      parity = -parity;
    }
    for (const { values } of rows.slice(column + 1)) {
      const multiple = (values[column] as number) / (pivot.values[column] as number);
      subtractMultiple(values, multiple, pivot.values, column + 1);
      values[column] = multiple;
    }
  }
  return { permutation: rows.map(({ index }) => index), factors: rows.map(({ values }) => values), parity };
}
