import type { Seed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A matrix for each row of a batch, or one for all of them. */
export interface RowMatrices {
  /** W·x, of `[rows, positions, channels]`. */
  times(x: Tensor): Tensor;
  /** W⁻¹·y, of the same shape. */
  solve(y: Tensor): Tensor;
  /** log |det W|, `[rows]`, or `[1]` where there is one for all, nats. */
  readonly logDet: Tensor;
}

/** A way of making invertible matrices of raw numbers, any of which will do. */
export interface RowMatrix {
  /** How many raw numbers a matrix takes. */
  readonly count: number;
  /** The raw numbers of the first matrix, `[count]`. */
  init(seed: Seed): Tensor;
  /** @param raw `[rows, count]`, or `[1, count]` for one matrix for all rows */
  build(raw: Tensor): RowMatrices;
}
