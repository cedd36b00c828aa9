import { mul, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * −½ Σ x² along the last axis. Halved before it is squared, which changes no bit of what is within float32, and leaves
 * within it what the square alone would not.
 */
export const minusHalfSquares = (x: Tensor): Tensor => sum(mul(mul(x, -0.5), x), -1);
