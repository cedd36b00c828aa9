import { choleskyFactor, lowerInverse } from '@diffeo/ops';

/** The share of a column's variance that must be left when the columns before it are known: its root is 1e-5 of the column's deviation, which float32 still tells from rounding. */
const leastShare = 1e-10;

/** The lower Cholesky factor of a correlation matrix of which everything off the diagonal is shrunk by `1 − shrinkage`; `null` where a column is left less than {@link leastShare}. */
function factorOf(correlations: Float64Array, size: number, shrinkage: number): Float64Array | null {
  const shrunk = correlations.map((value, at) => (at % (size + 1) === 0 ? 1 : (1 - shrinkage) * value));
  let isLeftTooLittle = false;
  const factor = choleskyFactor(shrunk, size, (rest) => {
    isLeftTooLittle ||= rest < leastShare;
    return Math.sqrt(rest);
  });
  return isLeftTooLittle ? null : factor;
}

/**
 * The lower triangular W with W·R·Wᵀ = I, R the correlations of the columns (row-major, the lower triangle): the inverse of R's Cholesky factor. Where columns
 * are linear functions of others, or nearly so, correlations are shrunk by as little as leaves every column a share of its own.
 */
export function whiteningMatrix(correlations: Float64Array, size: number): Float64Array {
  for (let shrinkage = 0; ; shrinkage = Math.max(2 * leastShare, 2 * shrinkage)) {
    const factor = factorOf(correlations, size, shrinkage);
    if (factor) return lowerInverse(factor, size);
  }
}
