import { add, mul } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { type Definition, defineBase } from '../contract/define.ts';
import { sizeOf } from '../contract/shape.ts';
import { everywhere } from '../contract/support.ts';
import { normal } from '../params/seed.ts';
import { flatten, logRoot2Pi, unflatten } from './flatten.ts';
import { minusHalfSquares } from './minus-half-squares.ts';

const schema = strictObject({});

/** The standard normal distribution on every dimension: the default base. No parameters. */
export const standardNormal: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/core/standard-normal',
  version: 1,
  schema,
  build: (_, { eventShape }) => {
    const size = sizeOf(eventShape);
    return {
      eventShape,
      contextShape: null,
      support: everywhere,
      layout: {},
      init: () => ({}),
      logProb: (_params, z) => add(minusHalfSquares(flatten(z, eventShape)), -size * logRoot2Pi),
      sample: (_params, count, seed, temperature) => {
        const drawn = normal([count, size], seed);
        return unflatten(temperature === 1 ? drawn : mul(drawn, temperature), eventShape);
      },
    };
  },
});
