import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { logOnePlus } from '@diffeo/core/engine';
import { add, div, fill, greaterEqual, minimum, mul, neg, sub, type Tensor, where } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { expMinusOne } from '../../exact/exp-minus-one.ts';
import { bounded } from '../bounded.ts';

const schema = strictObject({
  /** c: λ stays within 1 ± c, and every number has an image. Default 0.9. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(0.99)), 0.9),
});

/** The largest power of e within float32, with room for what it is divided by. */
const most = 83;

function yeoJohnsonTransform(bound: number): ElementwiseTransform {
  /** The sign of each number, 0 counting as positive; its size; and the power there, λ above 0 and 2 − λ below. */
  const apart = (v: Tensor, raw: Tensor): readonly [sign: Tensor, size: Tensor, power: Tensor] => {
    const sign = where(greaterEqual(v, 0), fill(v.shape, 1), fill(v.shape, -1));
    return [sign, mul(v, sign), add(mul(sign, bounded(raw, bound)), 1)];
  };
  return {
    parameters: 1,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const [sign, size, power] = apart(x, raw);
      const logs = logOnePlus(size);
      const value = mul(sign, div(expMinusOne(minimum(mul(power, logs), most)), power));
      return { value, logSlope: mul(sub(power, 1), logs) };
    },
    inverse: (y, raw) => {
      const [sign, size, power] = apart(y, raw);
      const logs = minimum(div(logOnePlus(mul(power, size)), power), most);
      return { value: mul(sign, expMinusOne(logs)), logSlope: neg(mul(sub(power, 1), logs)) };
    },
  };
}

/**
 * The power transform of Yeo & Johnson 2000 ("A new family of power transformations to improve normality or symmetry", eq. 2.1), smooth and of the whole
 * line, which bends skewness: y = ((x + 1)^λ − 1)/λ where x ≥ 0 and −((1 − x)^(2 − λ) − 1)/(2 − λ) below, with λ = 1 + c·tanh(a/c), so that raw zeros are the
 * identity.
 *
 * forward, base → data: x to y, with tails heavier above and lighter below where λ > 1. Values end at e^83.
 */
export const yeoJohnson: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/yeo-johnson',
  version: 1,
  schema,
  build: ({ bound }) => yeoJohnsonTransform(bound),
});
