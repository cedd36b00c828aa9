import { leaf, type Params } from '@diffeo/core';
import { add, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { boolean } from 'valibot';
import { defineOptimiser, type OptimiserDefinition } from './optimiser.ts';
import { decayRate, optional, strictObject } from './option-schemas.ts';

const schema = /* @__PURE__ */ strictObject({
  momentum: /* @__PURE__ */ optional(decayRate, 0),
  nesterov: /* @__PURE__ */ optional(/* @__PURE__ */ boolean(), false),
});

/**
 * Stochastic gradient descent: v ← μv + g, θ ← θ − αv, and with `nesterov` θ ← θ − α(g + μv) (Sutskever et al. 2013). `momentum`
 * μ is 0 unless it is given.
 */
export const sgd: OptimiserDefinition<typeof schema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/sgd',
  version: 1,
  schema,
  build: ({ momentum, nesterov }, { size }) =>
    momentum === 0
      ? {
          layout: {},
          init: () => ({}),
          update: (gradient, state, { learningRate }) => ({ update: mul(gradient, -learningRate), state }),
        }
      : {
          layout: { velocity: leaf([size]) },
          init: () => ({ velocity: zeros([size]) }),
          update: (gradient, state, { learningRate }) => {
            const velocity = add(mul((state as unknown as { velocity: Tensor }).velocity, momentum), gradient);
            const direction = nesterov ? add(gradient, mul(velocity, momentum)) : velocity;
            return { update: mul(direction, -learningRate), state: { velocity } as Params };
          },
        },
});
