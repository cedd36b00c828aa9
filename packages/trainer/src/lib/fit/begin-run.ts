import { disposeParams, type Flow, leaves, sizeOf } from '@diffeo/core';
import type { WorkerPool } from '../executor/worker-pool.ts';
import { buildOptimiser, trainedLeavesOf } from '../optimisers/optimiser-definitions.ts';
import { parallelTraining } from '../training/parallel-training.ts';
import { localTraining, type Training } from '../training/training.ts';
import { type Checkpoint, disposeCheckpoint, unpackCheckpoint } from './checkpoint.ts';
import { brokenCheckpoint } from './checkpoint-header.ts';
import { type Environment, environmentNow, requireSameEnvironment } from './environment.ts';
import type { FitOptions } from './fit-options.ts';
import type { FitPlan } from './fit-plan.ts';
import type { Goal } from './goal.ts';
import { type RunSettings, requireSameRun, runSettings } from './run-settings.ts';
import type { TrainingData } from './training-data.ts';

/** A run that has begun, or goes on. */
export interface BegunRun {
  readonly training: Training;
  /** What stands in its checkpoints and says which run they are of. */
  readonly identity: { readonly settings: RunSettings; readonly environment: Environment };
  /** Where it goes on from; its newest parameters are the training's by now. */
  readonly resumed: Checkpoint | null;
}

/** @throws DiffeoError `FILE` unless the optimiser's state has the leaves that the optimiser has. */
function requireState(
  model: Flow,
  { optimiser }: Checkpoint,
  { optimiser: spec, freeze }: Pick<FitPlan, 'optimiser'> & Pick<FitOptions, 'freeze'>,
): void {
  const { layout } = buildOptimiser(spec, trainedLeavesOf(model.layout, freeze));
  const sizes = leaves(layout, {}).map(({ leaf }) => sizeOf(leaf.shape));
  const isSame =
    sizes.length === optimiser.leaves.length && sizes.every((size, i) => optimiser.leaves[i]?.length === size);
  if (!isSame) throw brokenCheckpoint();
}

/** The checkpoint to go on from, of a run like this one and made where this one runs. */
function resumedFrom(
  model: Flow,
  bytes: Uint8Array | undefined,
  asked: BegunRun['identity'],
  options: Pick<FitPlan, 'optimiser'> & Pick<FitOptions, 'freeze'>,
): Checkpoint | null {
  if (!bytes) return null;
  const checkpoint = unpackCheckpoint(model, bytes);
  try {
    requireSameRun(asked.settings, checkpoint.settings);
    requireSameEnvironment(asked.environment, checkpoint.environment);
    requireState(model, checkpoint, options);
  } catch (error) {
    disposeCheckpoint(model, checkpoint);
    throw error;
  }
  return checkpoint;
}

/** Begins on workers or on this thread, or goes on. */
export async function beginRun(
  pool: WorkerPool | null,
  model: Flow,
  { objective, task, replay }: Goal,
  data: TrainingData,
  options: FitOptions,
  plan: FitPlan,
): Promise<BegunRun> {
  const settings = await runSettings(model, task, data, plan, options, pool?.count ?? 0);
  const identity = { settings, environment: environmentNow(options.versions) };
  const resumed = resumedFrom(model, options.resume, identity, { ...options, optimiser: plan.optimiser });
  try {
    const params = resumed?.params ?? options.params;
    const start = {
      ...options,
      ...plan,
      ...(params && { params }),
      objective,
      task,
      replay,
      state: resumed?.optimiser,
    };
    const dataset = data.train?.dataset ?? null;
    const training = await (pool
      ? parallelTraining(pool, model, dataset, start)
      : localTraining(model, dataset, start));
    if (resumed) disposeParams(model.layout, resumed.params);
    return { training, identity, resumed };
  } catch (error) {
    if (resumed) disposeCheckpoint(model, resumed);
    throw error;
  }
}
