import type { Flow } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { requireFlow } from '../data/hold.ts';
import type { TensorDataset } from '../data/tensor-dataset.ts';
import { fitWarnings } from '../warnings/fit-warnings.ts';
import { requireFitOptions } from './fit-checks.ts';
import type { FitOptions, Fitted } from './fit-options.ts';
import { likelihoodGoal } from './goal.ts';
import { runGoal } from './run-goal.ts';
import { trainingData } from './training-data.ts';

/**
 * Fits a flow to data by maximum likelihood: Adam on mini-batches, with gradient clipping, a learning-rate schedule,
 * validation, early stopping and the best parameters restored. The data stay the caller's.
 *
 * @throws DiffeoError `NOT_FINITE` when data hold NaN or infinity (row and position named), when the flow as it starts gives a
 * row no finite log-likelihood, and at the first loss, gradient or validation that is not finite: the message names the part,
 * and the row and number where one is to blame. `WORKER` when a worker dies, `INEXACT` where the flow is not exact enough for
 * `recompute`, and `CONFIG` for a learning rate that is none. Of all these that end a run, `error.cause` is {@link Stopped}: the
 * best or last good parameters, with the newest checkpoint that was kept. `SHAPE`, `CONTEXT`, `DATA`, `CONFIG` for what does not
 * fit, be it to a checkpoint or what `augment` returns, and `FILE` for what is not a checkpoint of this flow.
 */
export async function fit(model: Flow, data: TensorDataset | Tensor, options: FitOptions = {}): Promise<Fitted> {
  requireFlow(model, 'fit');
  requireFitOptions(options);
  const goal = likelihoodGoal(model, options.gradient ?? 'store');
  return await runGoal(
    'fit',
    model,
    goal,
    { data, ...options },
    {
      data: (held) => trainingData(model, held, options),
      warnings: (reached, { train, validation }) =>
        fitWarnings(model, { data: train?.dataset ?? null, validation: validation?.dataset ?? null }, reached),
    },
  );
}
