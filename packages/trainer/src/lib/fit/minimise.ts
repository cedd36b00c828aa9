import { DiffeoError, type Flow } from '@diffeo/core';
import { requireFlow } from '../data/hold.ts';
import { isLoss, type Loss, type LossFunction } from '../training/loss.ts';
import { fitWarnings } from '../warnings/fit-warnings.ts';
import { requireMinimiseOptions } from './fit-checks.ts';
import type { Fitted, MinimiseOptions } from './fit-options.ts';
import { lossGoal } from './goal.ts';
import { runGoal } from './run-goal.ts';
import { trainingData } from './training-data.ts';

/**
 * Minimises any loss of a flow's parameters in the loop of `fit`, with all that it has: optimisers, schedules, clipping,
 * validation, early stopping and the best parameters restored, means of the parameters, workers, checkpoints.
 *
 * Without data, `batchSize` says how many rows the loss draws at each step, and `validationRows` (2000) over how many it is
 * validated, by the same seeds each time. With workers, a module of theirs exports the loss under the name `loss`.
 *
 * @throws DiffeoError as `fit` does; `SHAPE` for a loss that is not one number; `UNSTARTED` for layers that start from data
 * where there are none.
 */
export async function minimise(
  model: Flow,
  loss: Loss | LossFunction,
  { data, replay = true, ...options }: MinimiseOptions = {},
): Promise<Fitted> {
  requireFlow(model, 'minimise');
  if (!isLoss(loss)) {
    throw new DiffeoError(
      'CONFIG',
      'minimise: the loss is a function (params, inputs, call) => a scalar tensor, or an object with it as value, and with draw',
    );
  }
  requireMinimiseOptions({ data, replay, ...options } as MinimiseOptions);
  return await runGoal(
    'minimise',
    model,
    lossGoal(loss, replay),
    { data, ...options },
    {
      data: (held) => trainingData(model, held, options),
      warnings: (reached) => fitWarnings(model, { data: null, validation: null }, reached),
    },
  );
}
