import { mlp } from '@diffeo/networks';

/**
 * How `diffeo check` tries continuous layers: by steps of one size, which parameters pushed to 20 do not stop. They are moved by 0.3, from which 8 steps lead there
 * and back to 2e-7, and to 2e-5 after training; the tolerance is above that.
 */
export const conformance = {
  '@diffeo/layers-continuous/continuous': {
    configs: [
      {
        network: /* @__PURE__ */ mlp({ hidden: [6, 6], activation: 'tanh' }),
        solver: { steps: 8 },
        training: { steps: 8 },
      },
    ],
    perturbation: 0.3,
    trainingSteps: 10,
    capabilities: { usesContext: true, contextReachesAll: true, iterates: { direction: 'both', tolerance: 1e-5 } },
  },
} as const;
