import type { Tensor } from '@tensorflow/tfjs-core';

/** From one time to another: 0 is the base's side, 1 the data's. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a solution ends: the points, `[rows, size]`, and the log-determinant of the way there, `[rows, 1]`. */
export interface Solution {
  readonly x: Tensor;
  readonly logDet: Tensor;
}
