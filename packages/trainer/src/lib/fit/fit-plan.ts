import type { GradientMode, Seed } from '@diffeo/core';
import { adam } from '../optimisers/adam.ts';
import type { OptimiserSpec } from '../optimisers/optimiser.ts';
import type { Schedule, Validations } from '../optimisers/schedule.ts';
import { cosine, scheduleOf } from '../optimisers/schedules.ts';
import type { FitOptions } from './fit-options.ts';
import type { TrainingData } from './training-data.ts';

/** What a run is to do: its options, in which every default stands. */
export interface FitPlan {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly clipNorm: number;
  readonly seed: Seed;
  readonly patience: number;
  readonly gradient: GradientMode;
  readonly optimiser: OptimiserSpec;
}

/** The plan for these options and data. */
export const fitPlan = (
  {
    steps = 2000,
    learningRate = 2e-3,
    schedule = cosine(),
    clipNorm = 5,
    seed = 0,
    patience = 20,
    gradient = 'store',
    optimiser = adam(),
  }: FitOptions,
  { batchSize }: TrainingData,
): FitPlan => ({
  ...{ steps, batchSize, learningRate, clipNorm, seed, patience, gradient, optimiser },
  schedule: scheduleOf(schedule),
});

/** The learning rates of the steps from this one on, up to the first that is none. */
export function learningRates(
  { learningRate, schedule, steps }: FitPlan,
  validations: Validations,
  from: number,
  until: number,
): { readonly rates: readonly number[]; readonly refused: string | null } {
  const rates: number[] = [];
  for (let step = from; step < until; step++) {
    const factor = schedule(step, steps, validations);
    const rate = learningRate * factor;
    if (!(rate >= 0 && rate < Infinity)) {
      return {
        rates,
        refused: `the schedule gives ${factor} at step ${step} of ${steps} (counted from 0), a learning rate of ${rate}`,
      };
    }
    rates.push(rate);
  }
  return { rates, refused: null };
}
