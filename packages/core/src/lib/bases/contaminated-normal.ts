import { abs, add, maximum, mul, neg, softplus, sub, sum, tensor2d } from '@tensorflow/tfjs-core';
import { custom, optional, strictObject } from 'valibot';
import { type Definition, defineBase } from '../contract/define.ts';
import { sizeOf } from '../contract/shape.ts';
import { everywhere } from '../contract/support.ts';
import { randomSource } from '../params/seed.ts';
import { flatten, logRoot2Pi, unflatten } from './flatten.ts';
import { logOnePlusSquare } from './log-one-plus-square.ts';

const schema = strictObject({
  /** Which part of the numbers is Cauchy's, between 0 and 1. Default 1e-6. */
  share: optional(
    custom<number>((share) => Number(share) >= 1e-30 && Number(share) <= 0.5, 'expected a number from 1e-30 to 0.5'),
    1e-6,
  ),
});

/**
 * A standard normal of which a small share is Cauchy's instead, (1 − ε)·N(0, 1) + ε·Cauchy, independent in every dimension
 * (Tukey 1960, "A survey of sampling from contaminated distributions"). Near the centre it is the normal, to ε. Far out its
 * log-density falls like −log ε − 2 log |z| and not like −z²/2: a row that a flow carries far away costs some dozens of nats
 * and no millions, and pulls on the parameters no harder than others. Temperature scales the samples.
 */
export const contaminatedNormal: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/core/contaminated-normal',
  version: 1,
  schema,
  build: ({ share }, { eventShape }) => {
    const size = sizeOf(eventShape);
    const [logRest, logShare] = [Math.log1p(-share) - logRoot2Pi, Math.log(share) - Math.log(Math.PI)];
    const draw = (count: number, seed: number): Float32Array => {
      const { normal, uniform } = randomSource(seed);
      return Float32Array.from({ length: count }, () => {
        const [usual, chance, angle] = [normal(), uniform(), uniform()];
        return chance < share ? Math.tan(Math.PI * (angle - 0.5)) : usual;
      });
    };
    return {
      eventShape,
      contextShape: null,
      support: everywhere,
      layout: {},
      init: () => ({}),
      logProb: (_params, z) => {
        const numbers = flatten(z, eventShape);
        const bulk = add(mul(mul(numbers, -0.5), numbers), logRest);
        const tail = sub(logShare, logOnePlusSquare(numbers, 1));
        return sum(add(maximum(bulk, tail), softplus(neg(abs(sub(bulk, tail))))), 1);
      },
      sample: (_params, count, seed, temperature) =>
        unflatten(mul(tensor2d(draw(count * size, seed), [count, size]), temperature), eventShape),
    };
  },
});
