import { type Definition, defineTransform, type ElementwiseTransform, everywhere, type Interval } from '@diffeo/core';
import { add, clipByValue, log, sigmoid as logistic, neg, sub } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { softPlus } from '../../exact/soft-plus.ts';
import { onlyWithin } from './only-within.ts';

const schema = strictObject({});
const unit: Interval = [0, 1];
/** The smallest normal number of float32, and the largest below 1. */
const [tiny, nearOne] = [1.1754944e-38, 1 - 2 ** -24];

const sigmoidTransform: ElementwiseTransform = {
  parameters: 0,
  domain: everywhere,
  codomain: unit,
  forward: (x) => ({
    value: clipByValue(logistic(x), tiny, nearOne),
    logSlope: neg(add(softPlus(x), softPlus(neg(x)))),
  }),
  inverse: (y) => {
    const inside = clipByValue(y, tiny, nearOne);
    const [logY, logRest] = [log(inside), log(sub(1, inside))];
    return { value: sub(logY, logRest), logSlope: onlyWithin(unit, y, neg(add(logY, logRest))) };
  },
};

/**
 * y = 1/(1 + e⁻ˣ), onto the numbers between 0 and 1. No parameters. Values end where float32 does, for x of 17 and −87: near 1 it has fewer
 * digits than near 0. What lies outside of 0 to 1 has the density 0.
 */
export const sigmoid: Definition<'transform', typeof schema> = /* @__PURE__ */ defineTransform({
  type: '@diffeo/ops/sigmoid',
  version: 1,
  schema,
  build: () => sigmoidTransform,
});
