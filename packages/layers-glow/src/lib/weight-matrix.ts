import type { Layout, Seed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The matrix that `invertibleLinear` begins with. */
export type Start = 'identity' | 'rotation';

/** A matrix `[size, size]` and its log absolute determinant, a scalar, nats. */
export interface MatrixAndLogDet {
  readonly matrix: Tensor;
  readonly logDet: Tensor;
}

/** A way of keeping an invertible matrix W as parameters. */
export interface WeightMatrix<P> {
  readonly layout: Layout<P>;
  init(seed: Seed): P;
  /** W and log |det W|. */
  direct(params: P): MatrixAndLogDet;
  /** W⁻¹ and log |det W⁻¹|. */
  inverted(params: P): MatrixAndLogDet;
}
