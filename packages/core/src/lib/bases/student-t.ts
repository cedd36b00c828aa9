import { add, mul, square, sum, tensor2d } from '@tensorflow/tfjs-core';
import { minValue, optional, pipe, strictObject } from 'valibot';
import { type Definition, defineBase } from '../define.ts';
import { randomSource } from '../seed.ts';
import { sizeOf } from '../shape.ts';
import { flatten, logRoot2Pi, unflatten } from './flatten.ts';
import { float32 } from './float32.ts';
import { logOnePlus } from './log-one-plus.ts';

const schema = strictObject({
  /** ν: the smaller, the heavier the tails; above 2 the variance is finite. Default 5. */
  degreesOfFreedom: optional(pipe(float32, minValue(Number.MIN_VALUE)), 5),
});

/** log Γ(x) for x > 0 by Stirling's series after shifting x above 8; error below 1e-13. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 8; y++) shift -= Math.log(y);
  const r = 1 / (y * y);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / y;
  return shift + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series;
}

/** The log-density at 0. Two large numbers would cancel for many degrees of freedom: there the ratio's own series is used. */
function logPeak(nu: number): number {
  if (nu > 1e4) return -logRoot2Pi - 1 / (4 * nu);
  return logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI);
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
    const peak = logPeak(nu);
    const draw = (count: number, seed: number): Float32Array => {
      const { uniform } = randomSource(seed);
      return Float32Array.from({ length: count }, () => {
        const radius = Math.sqrt(nu * Math.expm1((-2 / nu) * Math.log(1 - uniform())));
        return radius * Math.cos(2 * Math.PI * uniform());
      });
    };
    return {
      eventShape,
      contextShape: null,
      layout: {},
      init: () => ({}),
      logProb: (_params, z) => {
        const tails = sum(logOnePlus(mul(square(flatten(z, eventShape)), 1 / nu)), 1);
        return add(mul(tails, -(nu + 1) / 2), size * peak);
      },
      sample: (_params, count, seed, temperature) =>
        unflatten(mul(tensor2d(draw(count * size, seed), [count, size]), temperature), eventShape),
    };
  },
});
