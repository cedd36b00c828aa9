import { choleskyFactor } from '@diffeo/ops';

/** The lower Cholesky factor of a covariance, which rounding may have made singular: what is left of a variance is held at 1e-9 at least. */
export const covarianceFactor = (covariance: Float64Array, size: number): Float64Array =>
  choleskyFactor(covariance, size, (rest) => Math.sqrt(Math.max(rest, 1e-9)));
