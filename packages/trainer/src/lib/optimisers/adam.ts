import { type Leaf, type LeafRole, leaf, type Params } from '@diffeo/core';
import { add, concat, div, fill, mul, sqrt, square, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { array, picklist } from 'valibot';
import { defineOptimiser, type Optimiser, type OptimiserDefinition, type OptimiserSite } from './optimiser.ts';
import { decayRate, notNegative, optional, positive, strictObject } from './option-schemas.ts';

/** What a step multiplies its mean by and adds to its denominator. */
export interface AdamRates {
  readonly rate: number;
  readonly epsilon: number;
}

interface AdamConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The bias corrections of both means, moved into the rate and ε (end of section 2 of Kingma & Ba 2015). Steps count from 1. */
export function adamRates({ beta1, beta2, epsilon }: AdamConstants, step: number, learningRate: number): AdamRates {
  const correction = Math.sqrt(1 - beta2 ** step);
  return { rate: (learningRate * correction) / (1 - beta1 ** step), epsilon: epsilon * correction };
}

interface AdamState {
  readonly mean: Tensor;
  readonly square: Tensor;
}

/** 1 for each number of the leaves that decay, and 0 for the others. */
export const decayMask = ({ leaves, size }: OptimiserSite, decays: readonly boolean[]): Tensor =>
  size === 0 ? zeros([0]) : concat(leaves.map((one, i) => fill([one.size], decays[i] ? 1 : 0)));

/** Whether weights alone decay, or other roles too. */
export const decaysOf = ({ leaves }: OptimiserSite, roles: readonly LeafRole[]): boolean[] =>
  leaves.map(({ role }) => roles.includes(role));

/**
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − α·m̂ / (√v̂ + ε) − α·λ·θ, the last for what decays (Kingma & Ba 2015,
 * algorithm 1; Loshchilov & Hutter 2019, algorithm 2).
 */
function adamUpdate(
  constants: AdamConstants & { readonly decay: number },
  site: OptimiserSite,
  roles: readonly LeafRole[],
): Optimiser {
  const { beta1, beta2, decay } = constants;
  const layout: { readonly mean: Leaf; readonly square: Leaf } = { mean: leaf([site.size]), square: leaf([site.size]) };
  const decays = decaysOf(site, decay === 0 ? [] : roles);
  return {
    layout,
    init: () => ({ mean: zeros([site.size]), square: zeros([site.size]) }),
    update: (gradient, before, { parameters, step, learningRate }) => {
      const state = before as unknown as AdamState;
      const { rate, epsilon } = adamRates(constants, step, learningRate);
      const mean = add(mul(state.mean, beta1), mul(gradient, 1 - beta1));
      const squares = add(mul(state.square, beta2), mul(square(gradient), 1 - beta2));
      const change = div(mul(mean, -rate), add(sqrt(squares), epsilon));
      const update = decays.includes(true)
        ? sub(change, mul(mul(decayMask(site, decays), parameters), learningRate * decay))
        : change;
      return { update, state: { mean, square: squares } as Params };
    },
    fused: { ...constants, decays },
  };
}

const adamEntries = {
  beta1: /* @__PURE__ */ optional(decayRate, 0.9),
  beta2: /* @__PURE__ */ optional(decayRate, 0.999),
  epsilon: /* @__PURE__ */ optional(positive, 1e-8),
};

const adamSchema = /* @__PURE__ */ strictObject(adamEntries);

/** Adam (Kingma & Ba 2015). `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-8. */
export const adam: OptimiserDefinition<typeof adamSchema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/adam',
  version: 1,
  schema: adamSchema,
  build: (constants, site) => adamUpdate({ ...constants, decay: 0 }, site, []),
});

/** Which leaves decay, by their role. */
export const decayedRoles = /* @__PURE__ */ optional(
  /* @__PURE__ */ array(/* @__PURE__ */ picklist(['weight', 'bias', 'scale'])),
  () => ['weight' as const],
);

const adamWSchema = /* @__PURE__ */ strictObject({
  ...adamEntries,
  decay: /* @__PURE__ */ optional(notNegative, 0.01),
  decayed: decayedRoles,
});

/**
 * Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019, "Decoupled weight decay regularization"): each step
 * takes learning rate times `decay`, 0.01, of the weights. Biases and scales do not decay, unless `decayed` says so.
 */
export const adamW: OptimiserDefinition<typeof adamWSchema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/adam-w',
  version: 1,
  schema: adamWSchema,
  build: ({ decayed, ...constants }, site) => adamUpdate(constants, site, decayed),
});
