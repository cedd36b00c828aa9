import type { Flow } from '@diffeo/core';
import { record, requireOptions, share, trueOrFalse } from '@diffeo/core/arguments';
import { mean, mul, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { requireFlow } from '../data/hold.ts';
import type { Loss } from '../training/loss.ts';
import { type LogDensity, logDensityOf, variationalSampler } from './variational-sampler.ts';

/** How a flow is fitted to a density. */
export interface ReverseKLOptions {
  /**
   * Whether gradients go through samples alone ("sticking the landing"): with noise that vanishes as the flow gets to the density,
   * at up to twice the time of a step, since samples go back through the flow. The mean is the same. Default true.
   */
  readonly pathGradient?: boolean;
  /**
   * Begins with a flatter density, p^β with β growing evenly from `from` (0.1) to 1 over a share of the steps (`share`, 0.5), so
   * that modes are found before they are sharp. Default: not.
   */
  readonly annealed?: boolean | { readonly from?: number; readonly share?: number };
}

/** β at a step. */
function inverseTemperature(annealed: ReverseKLOptions['annealed'], step: number, steps: number): number {
  if (!annealed) return 1;
  const { from = 0.1, share = 0.5 } = annealed === true ? {} : annealed;
  return Math.min(1, from + ((1 - from) * step) / Math.max(1, share * steps));
}

/**
 * The loss of variational inference: KL(flow ‖ p) = E[log q(x) − log p(x)] over samples of the flow, for `minimise`. The density p
 * need not be normalised: the loss is then minus a lower bound on the logarithm of its integral, the evidence (ELBO; Rezende &
 * Mohamed 2015, "Variational inference with normalizing flows", equation 15).
 *
 * @param logDensity log p of each row, of tfjs operations that have gradients. With a context of the data, it is given that too.
 * @throws DiffeoError `CONFIG`, `ONE_WAY` for a flow that dequantizes; and from the loss, `SHAPE` where the log-density is not one
 * number a row, and `CONFIG` for a base whose samples do not follow its trained parameters.
 */
export function reverseKL(model: Flow, logDensity: LogDensity, options: ReverseKLOptions = {}): Loss {
  requireFlow(model, 'reverseKL');
  requireOptions<ReverseKLOptions>('reverseKL', options, {
    pathGradient: trueOrFalse,
    annealed: {
      test: (value) => typeof value === 'boolean' || record.test(value),
      expected: 'true, false, or { from, share }',
    },
  });
  const { pathGradient = true, annealed = false } = options;
  if (typeof annealed === 'object') {
    requireOptions('reverseKL, annealed', annealed, { from: share, share });
  }
  const sampler = variationalSampler(model, pathGradient);
  return {
    prepare: sampler.prepare,
    draw: (draw) => ({
      ...sampler.draw(draw, draw.rows),
      ...(annealed && { beta: scalar(inverseTemperature(annealed, draw.step, draw.steps)) }),
    }),
    value: (params, inputs, call) => {
      const { value, logProb } = sampler.sample(params, inputs, call);
      const target = logDensityOf(logDensity, value, inputs['context']);
      return mean(sub(logProb, annealed ? mul(target, inputs['beta'] as Tensor) : target));
    },
  };
}
