import { DiffeoError, type GradientMode, isDiffeoError, type Metadata, type Seed, save } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { type Augment, type Fitted, fit, type WorkersOptions } from '@diffeo/trainer';
import { say } from './say.ts';
import type { Start } from './start-training.ts';
import type { TrainingData } from './training-data.ts';
import type { TrainingFolder } from './training-folder.ts';
import { trainingProgress } from './training-progress.ts';

/** How to fit, and what to keep with the model. */
export interface FitAndSaveOptions {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly patience: number;
  readonly seed: Seed;
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  readonly workers?: WorkersOptions;
  readonly augment?: Augment;
  readonly gradient?: GradientMode;
  /** Where an interrupted run left off. */
  readonly resume?: Uint8Array;
}

/** The parameters reached before training could not go on, which `fit` hands over as the error's cause. */
const reachedBefore = (error: unknown): Fitted | null => {
  const cause = isDiffeoError(error) ? error.cause : null;
  return cause && typeof cause === 'object' && 'params' in cause ? (cause as Fitted) : null;
};

/** Writes checkpoints into a folder. What cannot be written now may be later: the run goes on, and it is said once. */
function checkpointsInto(folder: TrainingFolder): (checkpoint: Uint8Array) => void {
  let failed = false;
  return (checkpoint) => {
    try {
      folder.saveCheckpoint(checkpoint);
    } catch (error) {
      if (!failed) say(`training goes on without a checkpoint: ${(error as Error).message}`);
      failed = true;
    }
  };
}

/** What `fit` says of parameters and checkpoint: where they are is said otherwise here. */
const whereReached =
  /The parameters from step \d+ are in error\.cause\.params\.( A checkpoint of step \d+ is in \S+\.)?/;

/**
 * Trains a flow and saves what was reached, be it that training ended, was cancelled, or could not go on: the model, after a
 * step at least, and until the run is done what it needs to go on. Throws `CANCELLED`, `NOT_FINITE`, `INEXACT` and `WORKER`,
 * saying what was saved.
 */
export async function fitAndSave(
  { model, params }: Start,
  { train, validation }: TrainingData,
  folder: TrainingFolder,
  { metadata, signal, ...options }: FitAndSaveOptions,
): Promise<Fitted> {
  const { modelPath } = folder;
  const keep = async (reached: Fitted): Promise<void> => {
    folder.saveModel(await save(model, reached.params, { metadata }), reached.history);
  };
  /** Of a run that is not done: what it needs to go on is written in any case, and the model after a step at least. */
  const keepUnfinished = async (reached: Fitted, code: string): Promise<string> => {
    if (reached.checkpoint) folder.saveCheckpoint(reached.checkpoint);
    if (reached.steps > 0) await keep(reached);
    const where = `The best parameters so far, of step ${reached.bestStep}, are in ${modelPath}`;
    // The others come again where they came.
    const goesOn = reached.checkpoint && (code === 'CANCELLED' || code === 'WORKER');
    return [
      reached.steps > 0 ? where : 'No model was saved',
      ...(goesOn ? ['The same command with --resume goes on'] : []),
    ].join('. ');
  };

  const rows = { train: toTensor(train), validation: toTensor(validation) };
  const progress = trainingProgress(options.steps);
  let fitted: Fitted;
  try {
    const { update } = progress;
    fitted = await fit(model, rows.train, {
      ...options,
      params,
      validation: rows.validation,
      signal,
      onProgress: update,
      onCheckpoint: checkpointsInto(folder),
    });
  } catch (error) {
    const reached = reachedBefore(error);
    if (!reached) throw error;
    const { code, message } = error as DiffeoError;
    const kept = await keepUnfinished(reached, code);
    throw new DiffeoError(
      code,
      message.replace(whereReached, () => `${kept}.`),
      { cause: error },
    );
  } finally {
    progress.stop();
    rows.train.dispose();
    rows.validation.dispose();
  }
  if (fitted.stopped === 'cancelled') {
    const kept = await keepUnfinished(fitted, 'CANCELLED');
    throw new DiffeoError('CANCELLED', `cancelled after step ${fitted.steps} of ${options.steps}. ${kept}`);
  }
  await keep(fitted);
  folder.removeCheckpoint();
  return fitted;
}
