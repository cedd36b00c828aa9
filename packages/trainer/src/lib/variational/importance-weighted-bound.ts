import { DiffeoError, type Flow } from '@diffeo/core';
import { requireOptions, trueOrFalse, wholeNumber } from '@diffeo/core/arguments';
import { scaleGradient, stopGradient } from '@diffeo/core/gradients';
import { logSumExp, mean, neg, reshape, softmax, sub } from '@tensorflow/tfjs-core';
import { requireFlow } from '../data/hold.ts';
import type { Loss } from '../training/loss.ts';
import { type LogDensity, logDensityOf, variationalSampler } from './variational-sampler.ts';

/** How the bound is made. */
export interface ImportanceWeightedOptions {
  /** Samples whose weights are averaged for one bound, K. `batchSize` counts bounds. Default 8. */
  readonly samples?: number;
  /**
   * Whether gradients go through samples alone, each weighted by the square of its normalised weight (Tucker et al. 2019, "Doubly
   * reparameterized gradient estimators"): at twice the time of a step, with a signal that does not drown as K grows. Default true.
   */
  readonly pathGradient?: boolean;
}

/**
 * Minus the importance-weighted bound on the evidence, −E log (1/K) Σ p(xₖ)/q(xₖ), for `minimise`: nearer to the evidence the more
 * samples there are (Burda, Grosse & Salakhutdinov 2016, equation 8). It asks of a flow to cover the density, where reverse KL lets
 * it leave parts of it out. Of a flow without context.
 *
 * @throws DiffeoError as `reverseKL` does.
 */
export function importanceWeightedBound(
  model: Flow,
  logDensity: LogDensity,
  options: ImportanceWeightedOptions = {},
): Loss {
  requireFlow(model, 'importanceWeightedBound');
  requireOptions<ImportanceWeightedOptions>('importanceWeightedBound', options, {
    samples: wholeNumber({ from: 1, to: 1e6 }),
    pathGradient: trueOrFalse,
  });
  if (model.contextShape) {
    throw new DiffeoError('CONTEXT', 'importanceWeightedBound takes a flow without context');
  }
  const { samples = 8, pathGradient = true } = options;
  const sampler = variationalSampler(model, pathGradient);
  return {
    prepare: sampler.prepare,
    draw: (draw) => sampler.draw(draw, samples * draw.rows),
    value: (params, inputs, call) => {
      const { value, logProb } = sampler.sample(params, inputs, call);
      const logWeights = reshape(sub(logDensityOf(logDensity, value, undefined), logProb), [-1, samples]);
      // The gradient of the logarithm brings each normalised weight once; squared it is by this.
      const scaled = pathGradient ? scaleGradient(logWeights, stopGradient(softmax(logWeights))) : logWeights;
      return neg(mean(sub(logSumExp(scaled, 1), Math.log(samples))));
    },
  };
}
