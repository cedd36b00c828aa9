import { type Flow, type FlowParams, fold, type Seed } from '@diffeo/core';
import type { NumberedRows } from '../data/row-place.ts';
import type { Workers } from '../executor/workers.ts';
import { likelihood } from '../training/likelihood.ts';
import { type Loss, type LossFunction, type Objective, objectiveOf } from '../training/loss.ts';
import type { TrainingTask } from '../training/training.ts';
import type { FitPlan } from './fit-plan.ts';
import { lossValidation } from './loss-validation.ts';
import { requireExactRows } from './round-trip.ts';
import type { TrainingData } from './training-data.ts';
import { type Validation, validation } from './validation.ts';

/** What a run is for: all in which fitting by likelihood and minimising another loss differ. */
export interface Goal {
  /** What the steps go down. */
  readonly objective: Objective;
  /** How workers find it. */
  readonly task: TrainingTask;
  readonly replay: boolean;
  /** How the best parameters are found. */
  validation(data: TrainingData, plan: FitPlan, workers: Workers | null): Validation;
  /** Throws where gradients would be wrong: asked now and then. */
  requireSound(params: FlowParams, data: TrainingData, seed: Seed): Promise<void>;
}

/** Maximum likelihood on data. */
export function likelihoodGoal(model: Flow, gradient: FitPlan['gradient']): Goal {
  return {
    objective: likelihood(model, gradient),
    task: { kind: 'likelihood', gradient },
    replay: true,
    validation: ({ train, validation: rows }, { seed }, workers) =>
      validation(model, { train: train as NumberedRows, validation: rows }, { seed, workers }),
    // Gradients that rebuild what entered each layer are as good as the round trip that they rebuild it by.
    requireSound: async (params, { train }, seed) => {
      if (gradient !== 'recompute') return;
      await requireExactRows(model, params, (train as NumberedRows).dataset, fold(seed, 'round trip'));
    },
  };
}

/** Another loss. */
export function lossGoal(loss: Loss | LossFunction, replay: boolean): Goal {
  const objective = objectiveOf(loss);
  return {
    ...{ objective, replay, task: { kind: 'loss', replay } },
    validation: (data, plan) => lossValidation(objective, data, plan),
    requireSound: () => Promise.resolve(),
  };
}
