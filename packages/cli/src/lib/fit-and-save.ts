import { DiffeoError, type GradientMode, isDiffeoError, type Metadata, type Seed, save } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import { type Fitted, fit } from '@diffeo/trainer';
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
  readonly workers?: number;
  readonly gradient?: GradientMode;
  /** Where an interrupted run left off. */
  readonly resume?: Uint8Array;
}

/** The parameters reached before training could not go on, which `fit` hands over as the error's cause. */
const reachedBefore = (error: unknown): Fitted | null => {
  const cause = isDiffeoError(error) ? error.cause : null;
  return cause && typeof cause === 'object' && 'params' in cause ? (cause as Fitted) : null;
};

/**
 * Trains a flow and saves what was reached, be it that training ended, was cancelled, or could not go
 * on; after a step at least. Throws `CANCELLED`, `NOT_FINITE`, `INEXACT` and `WORKER`, saying what was saved.
 */
export async function fitAndSave(
  { model, params }: Start,
  { train, validation }: TrainingData,
  folder: TrainingFolder,
  { metadata, signal, ...options }: FitAndSaveOptions,
): Promise<Fitted> {
  const { modelPath } = folder;
  const keep = async (reached: Fitted): Promise<string> => {
    if (reached.bestStep === 0) return 'Nothing was saved';
    folder.saveModel(await save(model, reached.params, { metadata }), reached.history, reached.checkpoint);
    return `The best parameters so far, of step ${reached.bestStep}, are in ${modelPath}`;
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
    });
  } catch (error) {
    const reached = reachedBefore(error);
    if (!reached) throw error;
    const kept = await keep(reached);
    const message = (error as Error).message.replace(/The parameters from step \d+ are in error\.cause\.params/, kept);
    throw new DiffeoError((error as DiffeoError).code, message, { cause: error });
  } finally {
    progress.stop();
    rows.train.dispose();
    rows.validation.dispose();
  }
  const kept = await keep(fitted);
  if (fitted.stopped !== 'cancelled') return fitted;
  const goOn = fitted.bestStep === 0 ? '' : '. The same command with --resume goes on';
  throw new DiffeoError('CANCELLED', `cancelled after step ${fitted.steps} of ${options.steps}. ${kept}${goOn}`);
}
