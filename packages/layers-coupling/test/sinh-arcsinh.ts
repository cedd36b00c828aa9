import { defineTransform } from '@diffeo/core';
import { everywhere, parameterOf } from '@diffeo/ops';
import { abs, add, asinh, exp, mul, neg, sinh, softplus, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';

/** log cosh u + log 2, without the overflow of cosh at 89. The log 2 cancels in a difference. */
const logCosh = (u: Tensor): Tensor => add(abs(u), softplus(mul(abs(u), -2)));

/** Skew and log-tail, each within ±1. */
const parametersOf = (raw: Tensor) => [tanh(parameterOf(raw, 0, 2)), tanh(parameterOf(raw, 1, 2))] as const;

/** log dy/dx, where a = asinh(x) and b = asinh(y). */
const logSlopeOf = (a: Tensor, b: Tensor, logTail: Tensor): Tensor => sub(sub(logCosh(b), logCosh(a)), logTail);

/**
 * The sinh-arcsinh map (Jones & Pewsey 2009, "Sinh-arcsinh distributions", eq. 2) of single numbers, which bends skew and
 * tails: asinh(y) = (asinh(x) + skew) · exp(−logTail).
 */
export const sinhArcsinh = defineTransform({
  type: 'test/sinh-arcsinh',
  version: 1,
  schema: strictObject({}),
  build: () => ({
    parameters: 2,
    domain: everywhere,
    codomain: everywhere,
    forward: (x, raw) => {
      const [skew, logTail] = parametersOf(raw);
      const a = asinh(x);
      const b = mul(add(a, skew), exp(neg(logTail)));
      return { value: sinh(b), logSlope: logSlopeOf(a, b, logTail) };
    },
    inverse: (y, raw) => {
      const [skew, logTail] = parametersOf(raw);
      const b = asinh(y);
      const a = sub(mul(b, exp(logTail)), skew);
      return { value: sinh(a), logSlope: neg(logSlopeOf(a, b, logTail)) };
    },
  }),
});
