import { bitsPerDim, disposeParams, type Flow, fold, type Seed } from '@diffeo/core';
import { type FitOptions, type Fitted, fit, type Workers } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { say } from '../say.ts';

/** A point of the learning curve, bits per dimension. */
export interface CurvePoint {
  readonly step: number;
  readonly seconds: number;
  /** The mean of the batches since the point before. */
  readonly train: number;
  readonly validation: number;
}

/** What a run came to. `fitted.params` are the caller's. */
export interface TrainedWithin {
  readonly fitted: Fitted;
  readonly curve: readonly CurvePoint[];
}

/** How a run is limited. */
export interface Limits {
  readonly minutes: number;
  readonly maxSteps: number;
  /** So many, whatever time they take. */
  readonly steps: number | undefined;
}

const points = 25;
/** Of the time, what steps are chosen to take, so that a slower moment does not end the run early. */
const planned = 0.95;

/** Seconds a step, and seconds a validation. */
interface Pace {
  readonly step: number;
  readonly validation: number;
}

async function paceOf(
  model: Flow,
  train: Tensor,
  validation: Tensor,
  options: FitOptions,
  seconds: number,
): Promise<Pace> {
  const timed = async (steps: number, validated: Tensor | 0): Promise<number> => {
    const { params, seconds: taken } = await fit(model, train, { ...options, steps, validation: validated });
    disposeParams(model.layout, params);
    return taken;
  };
  const warm = (await timed(10, 0)) / 10;
  const steps = Math.max(5, Math.ceil(seconds / warm));
  const step = (await timed(steps, 0)) / steps;
  // The first takes longer: the heap grows.
  await timed(5, validation);
  const both = await timed(5, validation);
  return { step, validation: Math.max(0, both - 5 * step) };
}

/** How many steps fit into the minutes, by the pace that is measured first. */
async function stepsWithin(
  model: Flow,
  first: Tensor,
  validation: Tensor,
  { minutes, maxSteps }: Limits,
  options: FitOptions,
): Promise<number> {
  const budget = 60 * minutes;
  // A few steps have no time to warm up to the learning rate.
  const careful = { ...options, learningRate: 1e-5 };
  const pace = await paceOf(model, first, validation, careful, Math.min(8, budget / 20));
  const left = planned * budget - points * pace.validation;
  const steps = Math.max(points, Math.min(maxSteps, Math.floor(left / pace.step)));
  const estimate = (steps * pace.step + points * pace.validation) / 60;
  say(`  ${(1000 * pace.step).toFixed(0)} ms a step: ${steps} steps in about ${estimate.toFixed(1)} minutes`);
  return steps;
}

/**
 * Trains for so many minutes, or steps: measures the pace first, then chooses the steps, because the learning rate falls
 * over all of them. A run that takes longer than its minutes all the same is ended there.
 */
export async function trainWithin(
  model: Flow,
  { train, validation, first }: { readonly train: Tensor; readonly validation: Tensor; readonly first: Tensor },
  limits: Limits,
  { workers, seed }: { readonly workers: Workers; readonly seed: Seed },
): Promise<TrainedWithin> {
  const options = { batchSize: 64, learningRate: 1.5e-3, seed: fold(seed, 'training'), workers };
  const budget = limits.steps === undefined ? 60 * limits.minutes : Number.POSITIVE_INFINITY;
  const steps = limits.steps ?? (await stepsWithin(model, first, validation, limits, options));
  const validateEvery = Math.ceil(steps / points);
  const controller = new AbortController();
  const times = new Map<number, number>();
  const fitted = await fit(model, train, {
    ...options,
    ...{ steps, validation, validateEvery, patience: 10, signal: controller.signal },
    onProgress: ({ step, seconds, validation: nll }) => {
      if (seconds > budget) controller.abort();
      if (step % validateEvery !== 0 && step !== steps) return;
      times.set(step, seconds);
      if (nll !== undefined) say(`  ${step} steps, ${seconds.toFixed(0)} s: ${bitsPerDim(model, nll).toFixed(4)}`);
    },
  });
  const curve = fitted.history.map(({ step, train: loss, validation: nll = Number.NaN }) => ({
    step,
    seconds: times.get(step) ?? fitted.seconds,
    train: bitsPerDim(model, loss),
    validation: bitsPerDim(model, nll),
  }));
  return { fitted, curve };
}
