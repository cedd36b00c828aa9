import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { cast, exp, less, mul, neg, type Tensor } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { bounded } from '../bounded.ts';

const schema = strictObject({
  /** c: the logarithm of the slope below 0 stays within ±c. Default 3. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(20)), 3),
});

function leakyReluTransform(bound: number): ElementwiseTransform {
  /** The logarithm of the slope where a number lies: s below 0, 0 above. */
  const logSlopeAt = (v: Tensor, raw: Tensor): Tensor => mul(cast(less(v, 0), 'float32'), bounded(raw, bound));
  return {
    parameters: 1,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const logSlope = logSlopeAt(x, raw);
      return { value: mul(x, exp(logSlope)), logSlope };
    },
    inverse: (y, raw) => {
      const logSlope = neg(logSlopeAt(y, raw));
      return { value: mul(y, exp(logSlope)), logSlope };
    },
  };
}

/**
 * The leaky rectifier with a learned slope (He et al. 2015, "Delving deep into rectifiers", eq. 1): y = x where x ≥ 0 and eˢ·x below, s = c·tanh(a/c), so
 * that raw zeros are the identity. Its log-slope jumps at 0.
 */
export const leakyRelu: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/leaky-relu',
  version: 1,
  schema,
  build: ({ bound }) => leakyReluTransform(bound),
});
