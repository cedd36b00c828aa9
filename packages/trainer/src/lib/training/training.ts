import type { Flow, FlowParams, GradientMode, Seed } from '@diffeo/core';
import { watchHeap } from '@diffeo/kernels-wasm';
import type { Augment } from '../data/augment.ts';
import { tensorRows } from '../data/rows.ts';
import type { TensorDataset } from '../data/tensor-dataset.ts';
import type { OptimiserSpec } from '../optimisers/optimiser.ts';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import { paramsFrom } from './flat-params.ts';
import type { Objective } from './loss.ts';
import { startedParams } from './started-params.ts';
import type { Step } from './step.ts';
import { trainingRun } from './training-run.ts';

/** What a training is for, as data: the likelihood, or what a module exports as `loss`. */
export type TrainingTask =
  | { readonly kind: 'likelihood'; readonly gradient?: GradientMode }
  | { readonly kind: 'loss'; readonly replay: boolean };

/** What a training begins with. What the options mean is said at `FitOptions`. */
export interface TrainingStart {
  readonly seed: Seed;
  readonly batchSize: number;
  readonly clipNorm?: number;
  readonly params?: FlowParams;
  readonly freeze?: (path: string) => boolean;
  readonly steps: number;
  readonly objective: Objective;
  /** How workers find the objective. */
  readonly task: TrainingTask;
  readonly replay?: boolean;
  readonly augment?: Augment;
  readonly ema?: number;
  /** The optimiser's state to go on from; the parameters are those after as many steps. */
  readonly state?: OptimiserState | undefined;
  readonly optimiser: OptimiserSpec;
}

/** Training under way, on this thread or on others. */
export interface Training {
  /** Steps done. */
  readonly step: number;
  /** How many steps to ask for at once. */
  readonly stepsPerRequest: number;
  /** The newest parameters to be had and the step at which they were; owned by the training, until it goes on. */
  newest(): Promise<{ readonly params: FlowParams; readonly step: number }>;
  /** The mean of the parameters over the steps to the newest, the caller's; `null` where none is kept. */
  averaged(): Promise<FlowParams | null>;
  /** A step for each learning rate. Ends early at the first that has a problem. */
  advance(learningRates: readonly number[]): Promise<readonly Step[]>;
  /** The optimiser's state after the newest step. */
  state(): Promise<OptimiserState>;
  /** The most bytes that were taken at once of the heaps that work on it; `null` on a backend without one. */
  peakBytes(): Promise<number | null>;
  dispose(): Promise<void>;
}

/** Trains on this thread. */
export async function localTraining(model: Flow, train: TensorDataset | null, start: TrainingStart): Promise<Training> {
  const heap = watchHeap();
  const initial = await startedParams(model, train, start);
  const run = await trainingRun(model, train && tensorRows(train), initial, start);
  let step = start.state?.step ?? 0;
  return {
    get step() {
      return step;
    },
    stepsPerRequest: 1,
    newest: () => Promise.resolve({ params: run.params, step }),
    averaged: () => Promise.resolve(run.average && paramsFrom(model.layout, run.params, run.average, start.freeze)),
    advance: async (rates) => {
      const steps: Step[] = [];
      for (const rate of rates) {
        const { loss, gradient } = await run.nextGradient();
        const taken = await run.applyGradients(loss, [gradient], rate);
        steps.push(taken);
        if (taken.problem) break;
        step++;
      }
      return steps;
    },
    state: () => run.state(),
    peakBytes: () => Promise.resolve(heap?.peak() ?? null),
    dispose: () => Promise.resolve(run.dispose()),
  };
}
