import { fold, type Seed, uniform } from '@diffeo/core';
import { eye, mul, slice, step, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The directions e in which a divergence is looked at: the trace is `scale` times the sum of eᵀJe. One row for all rows, or one
 * for each (`perRow`).
 */
export interface Probes {
  readonly directions: readonly Tensor[];
  readonly scale: number;
  readonly perRow: boolean;
}

/** Every axis: the trace itself. */
export const axes = (size: number): Probes => {
  const all = eye(size);
  return { directions: Array.from({ length: size }, (_, i) => slice(all, [i, 0], [1, size])), scale: 1, perRow: false };
};

/** Random signs (Hutchinson 1989): an unbiased estimate of the trace. */
export const randomSigns = (count: number, rows: number, size: number, seed: Seed): Probes => ({
  directions: Array.from({ length: count }, (_, i) =>
    sub(mul(step(sub(uniform([rows, size], fold(seed, i)), 0.5)), 2), 1),
  ),
  scale: 1 / count,
  perRow: rows > 1,
});
