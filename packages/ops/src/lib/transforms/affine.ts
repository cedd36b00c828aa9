import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { add, exp, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { bounded } from './bounded.ts';
import { parameterOf } from './elementwise.ts';

const schema = strictObject({
  /** c: log-scales stay within ±c, so numbers are stretched by at most eᶜ. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 3),
});

/** {@link affine}, built. */
export function affineTransform(bound: number): ElementwiseTransform {
  const logScale = (raw: Tensor): Tensor => bounded(parameterOf(raw, 0, 2), bound);
  return {
    parameters: 2,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const s = logScale(raw);
      return { value: add(mul(x, exp(s)), parameterOf(raw, 1, 2)), logSlope: s };
    },
    inverse: (y, raw) => {
      const negative = neg(logScale(raw));
      return { value: mul(sub(y, parameterOf(raw, 1, 2)), exp(negative)), logSlope: negative };
    },
    kernel: { name: 'DiffeoAffine', attributes: { bound } },
  };
}

/**
 * The affine transform of RealNVP (Dinh et al. 2017, eq. 7–8) with log-scales bounded by `bound`: s = c·tanh(a/c), so that
 * the scale is symmetric around 1 and nothing overflows. Raw parameters are a, then the shift t.
 *
 * forward: x·eˢ + t, log-slope s. inverse: (y − t)·e⁻ˢ, log-slope −s.
 */
export const affine: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/affine',
  version: 1,
  schema,
  build: ({ bound }) => affineTransform(bound),
});
