import { leaf, type Params } from '@diffeo/core';
import { add, mul, sign, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { decayedRoles, decayMask, decaysOf } from './adam.ts';
import { defineOptimiser, type OptimiserDefinition } from './optimiser.ts';
import { decayRate, notNegative, optional, strictObject } from './option-schemas.ts';

const schema = /* @__PURE__ */ strictObject({
  beta1: /* @__PURE__ */ optional(decayRate, 0.9),
  beta2: /* @__PURE__ */ optional(decayRate, 0.99),
  decay: /* @__PURE__ */ optional(notNegative, 0),
  decayed: decayedRoles,
});

/**
 * Lion: θ ← θ − α(sign(β₁m + (1 − β₁)g) + λθ), m ← β₂m + (1 − β₂)g (Chen et al. 2023, "Symbolic discovery of optimization
 * algorithms", algorithm 2). It wants a learning rate three to ten times smaller than Adam's. `decay` λ is 0 unless it is given.
 */
export const lion: OptimiserDefinition<typeof schema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/lion',
  version: 1,
  schema,
  build: ({ beta1, beta2, decay, decayed }, site) => ({
    layout: { mean: leaf([site.size]) },
    init: () => ({ mean: zeros([site.size]) }),
    update: (gradient, state, { parameters, learningRate }) => {
      const { mean } = state as unknown as { mean: Tensor };
      const change = mul(sign(add(mul(mean, beta1), mul(gradient, 1 - beta1))), -learningRate);
      const decays = decaysOf(site, decayed);
      return {
        update: decay === 0 ? change : sub(change, mul(mul(decayMask(site, decays), parameters), learningRate * decay)),
        state: { mean: add(mul(mean, beta2), mul(gradient, 1 - beta2)) } as Params,
      };
    },
  }),
});
