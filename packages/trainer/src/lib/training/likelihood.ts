import {
  type Flow,
  type FlowParams,
  type GradientMode,
  type LogProbOptions,
  negativeLogLikelihood,
} from '@diffeo/core';
import { mean, mul, neg, type Tensor } from '@tensorflow/tfjs-core';
import { firstNotFinite, rowNotFinite } from './diagnose.ts';
import type { LossInputs, Objective } from './loss.ts';

type Call = Parameters<Objective['value']>[2];

/** The objective of maximum likelihood: the mean negative log-likelihood of a batch, each row by its weight where there are some. */
export function likelihood(model: Flow, gradient: GradientMode | undefined): Objective {
  const optionsOf = ({ context, noise }: LossInputs, call: Call): LogProbOptions => ({
    ...(context && { context }),
    ...(model.dequantizes && { noise: noise ?? call.noise }),
    ...(gradient && { gradient }),
    seed: call.seed,
  });
  return {
    // Noise that comes from outside leaves the step the same each time.
    draw: ({ rows, seed }) => {
      const noise = model.dequantizes ? model.drawNoise(rows, seed) : null;
      return noise ? { noise } : {};
    },
    value: (params: FlowParams, inputs, call): Tensor => {
      const x = inputs['x'] as Tensor;
      const { weights } = inputs;
      if (!weights) return negativeLogLikelihood(model, params, x, optionsOf(inputs, call));
      return neg(mean(mul(weights, model.logProb(params, x, optionsOf(inputs, call)))));
    },
    diagnose: async (params, inputs, call) => {
      const x = inputs['x'] as Tensor;
      const part = await firstNotFinite(model, params, x, optionsOf(inputs, call));
      return { part, row: part === null ? null : await rowNotFinite(model, params, x, optionsOf(inputs, call)) };
    },
  };
}
