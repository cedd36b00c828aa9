import type { Tensor } from '@tensorflow/tfjs-core';

/** What a field says of points: `[rows, size]` and `[rows, 1]`. */
export interface Motion {
  /** dx/dt */
  readonly velocity: Tensor;
  /** The trace of the velocity's Jacobian, which is how fast the log-determinant grows. */
  readonly divergence: Tensor;
}

/** A field that moves points, `[rows, size]`, in time: one for all, or `[rows, 1]`. */
export type Field = (x: Tensor, t: number | Tensor) => Motion;

/** The field of some of the rows of a call, each of which may have a context of its own; `null`: of all. */
export type FieldOfRows = (rows: Int32Array | null) => Field;
