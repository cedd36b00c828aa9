import { div, mul, type Tensor, tanh } from '@tensorflow/tfjs-core';

/** c·tanh(a/c): within ±c, and a itself near 0. */
export const bounded = (a: Tensor, c: number): Tensor => mul(c, tanh(div(a, c)));
