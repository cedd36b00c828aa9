/** The share of a column's variance that must be left when the columns before it are known: its root is 1e-5 of the column's deviation, which float32 still tells from rounding. */
const leastShare = 1e-10;

/** The lower Cholesky factor of a correlation matrix of which everything off the diagonal is shrunk by `1 − shrinkage`; `null` where a column is left less than {@link leastShare}. */
function cholesky(matrix: Float64Array, size: number, shrinkage: number): Float64Array | null {
  const factor = new Float64Array(size * size);
  const at = (i: number, j: number) => factor[i * size + j] as number;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = i === j ? 1 : (1 - shrinkage) * (matrix[i * size + j] as number);
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      if (i === j && rest < leastShare) return null;
      factor[i * size + j] = i === j ? Math.sqrt(rest) : rest / at(j, j);
    }
  }
  return factor;
}

/** The inverse of a lower triangular matrix. */
function lowerInverse(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const pivot = factor[i * size + i] as number;
    inverse[i * size + i] = 1 / pivot;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += (factor[i * size + k] as number) * (inverse[k * size + j] as number);
      inverse[i * size + j] = -sum / pivot;
    }
  }
  return inverse;
}

/**
 * The lower triangular W with W·R·Wᵀ = I, R the correlations of the columns (row-major, the lower triangle): the inverse of R's Cholesky factor. Where columns
 * are linear functions of others, or nearly so, correlations are shrunk by as little as leaves every column a share of its own.
 */
export function whiteningMatrix(correlations: Float64Array, size: number): Float64Array {
  for (let shrinkage = 0; ; shrinkage = Math.max(2 * leastShare, 2 * shrinkage)) {
    const factor = cholesky(correlations, size, shrinkage);
    if (factor) return lowerInverse(factor, size);
  }
}
