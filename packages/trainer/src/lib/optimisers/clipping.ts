import { clipByValue as clip, div, maximum, minimum, mul, scalar, sqrt, square, sum } from '@tensorflow/tfjs-core';
import { defineOptimiser, type OptimiserDefinition } from './optimiser.ts';
import { positive, strictObject } from './option-schemas.ts';

const normSchema = /* @__PURE__ */ strictObject({ norm: positive });

/** Shortens longer gradients to this Euclidean norm. Put it before an optimiser in a `chain`. */
export const clipByNorm: OptimiserDefinition<typeof normSchema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/clip-by-norm',
  version: 1,
  schema: normSchema,
  build: ({ norm }) => ({
    layout: {},
    init: () => ({}),
    update: (gradient, state) => {
      const length = maximum(sqrt(sum(square(gradient))), 1e-30);
      return { update: mul(gradient, minimum(scalar(1), div(norm, length))), state };
    },
  }),
});

const valueSchema = /* @__PURE__ */ strictObject({ value: positive });

/** Holds every number of a gradient to ± this value. Put it before an optimiser in a `chain`. */
export const clipByValue: OptimiserDefinition<typeof valueSchema> = /* @__PURE__ */ defineOptimiser({
  type: '@diffeo/trainer/clip-by-value',
  version: 1,
  schema: valueSchema,
  build: ({ value }) => ({
    layout: {},
    init: () => ({}),
    update: (gradient, state) => ({ update: clip(gradient, -value, value), state }),
  }),
});
