import { add, mul, sum, tensor2d } from '@tensorflow/tfjs-core';
import { optional, strictObject } from 'valibot';
import { type Definition, defineBase } from '../contract/define.ts';
import { sizeOf } from '../contract/shape.ts';
import { everywhere } from '../contract/support.ts';
import { numbersFor, randomSource } from '../params/seed.ts';
import { flatten, unflatten } from './flatten.ts';
import { logOnePlusSquare } from './log-one-plus-square.ts';
import { atLeast } from './numbers.ts';

const schema = strictObject({
  /** ν: the smaller, the heavier the tails; above 2 the variance is finite. Default 5. */
  degreesOfFreedom: optional(atLeast(1e-30, 'a number above 0'), 5),
});

/** log Γ(x + ½) − log Γ(x) for x > 0: its asymptotic series, after a shift to where that is exact to 1e-12. */
function logGammaStep(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 20; y++) shift += Math.log(y / (y + 0.5));
  return shift + 0.5 * Math.log(y) - 1 / (8 * y) + 1 / (192 * y ** 3) - 1 / (640 * y ** 5);
}

/**
 * Student's t distribution with unit scale, independent in every dimension: a base with heavy tails (Jaini et al. 2020,
 * "Tails of Lipschitz triangular flows"). Samples by Bailey's polar method (1994). Temperature scales the samples.
 */
export const studentT: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/core/student-t',
  version: 1,
  schema,
  build: ({ degreesOfFreedom: nu }, { eventShape }) => {
    const size = sizeOf(eventShape);
    const peak = logGammaStep(nu / 2) - 0.5 * Math.log(nu * Math.PI);
    const draw = (count: number, seed: number): Float32Array => {
      const { uniform } = randomSource(seed);
      const values = numbersFor([count]);
      for (let i = 0; i < count; i++) {
        const radius = Math.sqrt(nu * Math.expm1((-2 / nu) * Math.log(1 - uniform())));
        values[i] = radius * Math.cos(2 * Math.PI * uniform());
      }
      return values;
    };
    return {
      eventShape,
      contextShape: null,
      support: everywhere,
      layout: {},
      init: () => ({}),
      logProb: (_params, z) => {
        const tails = sum(logOnePlusSquare(flatten(z, eventShape), Math.sqrt(nu)), 1);
        return add(mul(tails, -(nu + 1) / 2), size * peak);
      },
      sample: (_params, count, seed, temperature) =>
        unflatten(mul(tensor2d(draw(count * size, seed), [count, size]), temperature), eventShape),
    };
  },
});
