import type { Transformed } from '@diffeo/core';
import { add, div, exp, mul, neg, slice, sub, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';

/** The affine transform composed of tfjs operations. */
export function plainAffine(x: Tensor, raw: Tensor, bound: number, direction: 'forward' | 'inverse'): Transformed {
  const [batch, size] = x.shape as [number, number];
  const logScale = mul(bound, tanh(div(slice(raw, [0, 0], [batch, size]), bound)));
  const shift = slice(raw, [0, size], [batch, size]);
  const total = sum(logScale, 1);
  return direction === 'forward'
    ? { value: add(mul(x, exp(logScale)), shift), logDet: total }
    : { value: mul(sub(x, shift), exp(neg(logScale))), logDet: neg(total) };
}
