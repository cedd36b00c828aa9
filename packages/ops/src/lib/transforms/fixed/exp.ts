import { type Definition, defineTransform, type ElementwiseTransform, everywhere, type Interval } from '@diffeo/core';
import { clipByValue, exp as exponential, log, maximum, neg } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { onlyWithin } from './only-within.ts';

const schema = strictObject({});
const positive: Interval = [0, Number.POSITIVE_INFINITY];
/** The smallest normal number of float32, and the largest power of e within it either way. */
const [tiny, most] = [1.1754944e-38, 87];

const expTransform: ElementwiseTransform = {
  parameters: 0,
  domain: everywhere,
  codomain: positive,
  forward: (x) => ({ value: exponential(clipByValue(x, -most, most)), logSlope: x }),
  inverse: (y) => {
    const value = log(maximum(y, tiny));
    return { value, logSlope: onlyWithin(positive, y, neg(value)) };
  },
};

/** y = eˣ, onto the positive numbers. No parameters. Values end where float32 does, at e^±87; what isn't positive has the density 0. */
export const exp: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/exp',
  version: 1,
  schema,
  build: () => expTransform,
});
