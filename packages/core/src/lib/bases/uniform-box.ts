import { add, fill, greaterEqual, lessEqual, logicalAnd, mul, sub, sum, where } from '@tensorflow/tfjs-core';
import { optional, strictObject } from 'valibot';
import { type Definition, defineBase } from '../contract/define.ts';
import { sizeOf } from '../contract/shape.ts';
import { uniform } from '../params/seed.ts';
import { flatten, unflatten } from './flatten.ts';
import { float32, trueOrFalse } from './numbers.ts';

const schema = strictObject({
  /** Default 0. */
  low: optional(float32, 0),
  /** Default 1. */
  high: optional(float32, 1),
  /** Whether each number is a point of a circle, low and high the same point: what rounding takes beyond them has the same density. Default false. */
  circular: optional(trueOrFalse, false),
});

/**
 * Uniform on the box [low, high] in every dimension, or on circles of that circumference. Outside of a box, the log-density is −∞ and its gradient 0: put a layer that
 * ends in the box (such as an inverted logit) before it. Temperature shrinks the box around its centre.
 */
export const uniformBox: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/core/uniform',
  version: 1,
  schema,
  build: ({ low, high, circular }, { eventShape, fail }) => {
    const width = Math.fround(high - low);
    if (!(Math.fround(low) < Math.fround(high) && width < Infinity)) {
      fail(`low ${low} must be below high ${high}, with a width between them that float32 can tell and hold`);
    }
    const size = sizeOf(eventShape);
    const logDensity = -Math.log(high - low);
    const centre = (low + high) / 2;
    return {
      eventShape,
      contextShape: null,
      support: [low, high],
      layout: {},
      init: () => ({}),
      logProb: (_params, z) => {
        const flat = flatten(z, eventShape);
        if (circular) return fill([flat.shape[0] as number], size * logDensity);
        const inside = logicalAnd(greaterEqual(flat, low), lessEqual(flat, high));
        return sum(where(inside, fill(flat.shape, logDensity), -Infinity), 1);
      },
      sample: (_params, count, seed, temperature) => {
        const offset = mul(sub(uniform([count, size], seed), 0.5), high - low);
        return unflatten(add(mul(offset, temperature), centre), eventShape);
      },
    };
  },
});
