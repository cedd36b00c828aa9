import { type Definition, defineTransform, type ElementwiseTransform, everywhere, type Interval } from '@diffeo/core';
import { logOnePlus } from '@diffeo/core/engine';
import { abs, add, clipByValue, tanh as hyperbolicTangent, mul, neg, sub } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { softPlus } from '../../exact/soft-plus.ts';
import { onlyWithin } from './only-within.ts';

const schema = strictObject({});
const between: Interval = [-1, 1];
/** The largest number of float32 below 1. */
const nearOne = 1 - 2 ** -24;

const tanhTransform: ElementwiseTransform = {
  parameters: 0,
  domain: everywhere,
  codomain: between,
  forward: (x) => ({
    value: clipByValue(hyperbolicTangent(x), -nearOne, nearOne),
    // log(1 − tanh² x) = −2 log cosh x
    logSlope: mul(sub(Math.LN2, add(abs(x), softPlus(mul(abs(x), -2)))), 2),
  }),
  inverse: (y) => {
    const inside = clipByValue(y, -nearOne, nearOne);
    const [above, below] = [logOnePlus(inside), logOnePlus(neg(inside))];
    return { value: mul(sub(above, below), 0.5), logSlope: onlyWithin(between, y, neg(add(above, below))) };
  },
};

/**
 * y = tanh x, onto the numbers between −1 and 1. No parameters. Values end where float32 does, for x of ±9: near the ends it has fewer digits than
 * near 0. What lies outside of −1 to 1 has the density 0.
 */
export const tanh: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/tanh',
  version: 1,
  schema,
  build: () => tanhTransform,
});
