import { abs, add, clipByValue, div, type Tensor } from '@tensorflow/tfjs-core';

/** Beyond so many times c nothing changes in float32, and squares in the gradient would overflow. */
const far = 1e7;

/** a/(1 + |a/c|): within ±c, and a itself near 0. */
export function softClip(a: Tensor, c: number): Tensor {
  const near = clipByValue(a, -far * c, far * c);
  return div(near, add(1, div(abs(near), c)));
}
