import { type Definition, defineTransform, type ElementwiseTransform, everywhere } from '@diffeo/core';
import { abs, add, asinh, clipByValue, exp, mul, neg, sinh, softplus, sub, type Tensor } from '@tensorflow/tfjs-core';
import { maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { bounded } from './bounded.ts';
import { parameterOf } from './elementwise.ts';

const schema = strictObject({
  /** c: skews and log-tails stay within ±c. Default 1. */
  bound: optional(pipe(number(), minValue(0.01), maxValue(4)), 1),
});

/** The largest number whose sinh is a float32. */
const most = 88;

/** log cosh u + log 2, without the overflow of cosh at 89. The log 2 cancels in a difference. */
const logCosh = (u: Tensor): Tensor => add(abs(u), softplus(mul(abs(u), -2)));

/** log dy/dx, where a = asinh x and b = asinh y. */
const logSlopeOf = (a: Tensor, b: Tensor, logTail: Tensor): Tensor => sub(sub(logCosh(b), logCosh(a)), logTail);

function sinhArcsinhTransform(bound: number): ElementwiseTransform {
  const partOf = (raw: Tensor, k: number): Tensor => bounded(parameterOf(raw, k, 2), bound);
  return {
    parameters: 2,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const [skew, logTail] = [partOf(raw, 0), partOf(raw, 1)];
      const a = asinh(x);
      const b = clipByValue(mul(add(a, skew), exp(neg(logTail))), -most, most);
      return { value: sinh(b), logSlope: logSlopeOf(a, b, logTail) };
    },
    inverse: (y, raw) => {
      const [skew, logTail] = [partOf(raw, 0), partOf(raw, 1)];
      const b = asinh(y);
      const a = clipByValue(sub(mul(b, exp(logTail)), skew), -most, most);
      return { value: sinh(a), logSlope: neg(logSlopeOf(a, b, logTail)) };
    },
  };
}

/**
 * The sinh-arcsinh map (Jones & Pewsey 2009, "Sinh-arcsinh distributions", eq. 2), which bends skewness and the weight of tails:
 * asinh(y) = (asinh(x) + skew)·e^(−logTail), both bounded by c·tanh(a/c). Raw parameters are the skew, then the log-tail: above 0,
 * tails are lighter.
 *
 * forward, base → data: x to y. inverse: y to x. Values end at ±8e37, where float32 does.
 */
export const sinhArcsinh: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/sinh-arcsinh',
  version: 1,
  schema,
  build: ({ bound }) => sinhArcsinhTransform(bound),
});
