import { type Definition, defineTransform, type ElementwiseTransform, type Interval } from '@diffeo/core';
import { add, clipByValue, exp, log, maximum, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { bounded } from '../bounded.ts';
import { onlyWithin } from '../fixed/only-within.ts';

const schema = strictObject({
  /** c: the logarithm of the power stays within ±c. Default 1, for powers from 0.37 to 2.7. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(4)), 1),
});

const positive: Interval = [0, Number.POSITIVE_INFINITY];
/** The smallest normal number of float32, and the largest power of e within it either way. */
const [tiny, most] = [1.1754944e-38, 87];

function powerTransform(bound: number): ElementwiseTransform {
  /** v to the power of eˢ. */
  const raised = (v: Tensor, s: Tensor) => {
    const logs = log(maximum(v, tiny));
    const raisedLogs = mul(logs, exp(s));
    return {
      value: exp(clipByValue(raisedLogs, -most, most)),
      logSlope: onlyWithin(positive, v, add(s, sub(raisedLogs, logs))),
    };
  };
  const logPower = (raw: Tensor): Tensor => bounded(raw, bound);
  return {
    parameters: 1,
    domain: positive,
    codomain: positive,
    forward: (x, raw) => raised(x, logPower(raw)),
    inverse: (y, raw) => raised(y, neg(logPower(raw))),
  };
}

/**
 * y = xᵖ, of positive numbers onto the positive numbers, with a learned power p = eˢ, s = c·tanh(a/c), so that raw zeros are the identity. Values end where
 * float32 does, at e^±87; what isn't positive has the density 0.
 */
export const power: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/power',
  version: 1,
  schema,
  build: ({ bound }) => powerTransform(bound),
});
