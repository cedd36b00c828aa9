/**
 * The lower Cholesky factor F of a symmetric matrix, F·Fᵀ, on the host in float64 (Golub & Van Loan 2013, §4.2). Row-major; of the matrix the
 * lower triangle is read.
 *
 * @param matrix `[size × size]`
 * @param pivot the number on F's diagonal, of what the rows before leave of the matrix's diagonal in this row. 0 passes over a row that they
 * explain: its column of F is 0. Default: the root, which is NaN where the matrix is not positive definite.
 */
export function choleskyFactor(
  matrix: Float64Array,
  size: number,
  pivot: (rest: number, row: number, factor: Float64Array) => number = Math.sqrt,
): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j] as number;
      for (let k = 0; k < j; k++) rest -= (factor[i * size + k] as number) * (factor[j * size + k] as number);
      if (i === j) {
        factor[i * size + i] = pivot(rest, i, factor);
        continue;
      }
      const diagonal = factor[j * size + j] as number;
      factor[i * size + j] = diagonal === 0 ? 0 : rest / diagonal;
    }
  }
  return factor;
}
