import { DiffeoError, type GradientMode, isDiffeoError, type Metadata, type Seed, save } from '@diffeo/core';
import { toTensor } from '@diffeo/datasets';
import type { Augment, FitOptions, Fitted, OptimiserSpec, Stopped, WorkersOptions } from '@diffeo/trainer';
import type { TrainingData } from '../data/training-data.ts';
import type { TrainingFolder } from '../folder/training-folder.ts';
import { packageVersions } from '../model/package-versions.ts';
import type { LossName } from '../options/flow-names.ts';
import { say } from '../terminal/say.ts';
import { trainingProgress } from '../terminal/training-progress.ts';
import { fitBy } from './fit-by.ts';
import type { Start } from './start-training.ts';

/** How to fit, and what to keep with the model. */
export interface FitAndSaveOptions {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly patience: number;
  readonly optimiser?: OptimiserSpec;
  readonly schedule?: NonNullable<FitOptions['schedule']>;
  readonly seed: Seed;
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  readonly workers?: WorkersOptions;
  readonly augment?: Augment;
  readonly gradient?: GradientMode;
  readonly ema?: number;
  /** Default: the likelihood. */
  readonly loss?: LossName;
  /** What to save of what was fitted. Default: that. */
  readonly choose?: (fitted: Fitted) => Promise<Fitted>;
  /** More to keep with the model of a run that has ended. */
  readonly notesOf?: (fitted: Fitted) => Promise<Metadata>;
  /** Where an interrupted run left off. */
  readonly resume?: Uint8Array;
}

/** What training reached, as it was saved. */
export interface Saved {
  readonly fitted: Fitted;
  /** The model file's bytes. */
  readonly model: Uint8Array;
  /** Where they are. */
  readonly path: string;
}

/** What `fit` hands over as the error's cause where training could not go on. */
function stoppedBy(error: unknown): Stopped | null {
  const cause = isDiffeoError(error) ? error.cause : null;
  return cause && typeof cause === 'object' && 'params' in cause ? (cause as Stopped) : null;
}

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

/** A checkpoint that was refused stays, and the message says what to do. */
function notResumed(error: unknown, { path }: TrainingFolder): unknown {
  if (!isDiffeoError(error) || (error.code !== 'CONFIG' && error.code !== 'FILE')) return error;
  const advice = '--anew gives it up and begins again, --out takes another folder';
  return new DiffeoError(
    error.code,
    `the interrupted run in ${path} cannot go on: ${error.message}. It stays: ${advice}`,
    {
      cause: error,
    },
  );
}

/** These come again wherever the run goes on from: a checkpoint is of no use after them. */
export const comesAgain = (code: string): boolean => code === 'NOT_FINITE' || code === 'INEXACT';

/**
 * Trains a flow and saves what was reached, be it that training ended, was cancelled, or could not go on: the model, after a
 * step at least, and what the run needs to go on, which stays until the caller has the report. Throws `CANCELLED`,
 * `NOT_FINITE`, `INEXACT` and `WORKER`, saying what was saved.
 */
export async function fitAndSave(
  { model, params }: Start,
  { train, validation }: TrainingData,
  folder: TrainingFolder,
  { metadata, signal, choose, notesOf, loss = 'likelihood', ...options }: FitAndSaveOptions,
): Promise<Saved> {
  const bytesOf = (reached: Fitted, more: Metadata = {}) =>
    save(model, reached.params, { metadata: { ...metadata, ...more } });
  const keepUnfinished = async (reached: Fitted, code: string): Promise<string> => {
    const faults: string[] = [];
    const attempt = <T>(write: () => T): T | null => {
      try {
        return write();
      } catch (error) {
        faults.push((error as Error).message);
        return null;
      }
    };
    const { checkpoint, steps, bestStep, history } = reached;
    if (comesAgain(code)) attempt(folder.removeCheckpoint);
    else if (checkpoint) attempt(() => folder.saveCheckpoint(checkpoint));
    const bytes = steps > 0 ? await bytesOf(reached) : null;
    const path = bytes && attempt(() => folder.saveReached(bytes, history));
    return [
      path ? `The best parameters so far, of step ${bestStep}, are in ${path}` : 'No model was saved',
      ...(path && path !== folder.modelPath ? [`The model of the earlier run stays in ${folder.modelPath}`] : []),
      ...(folder.hasCheckpoint() ? ['The same command with --resume goes on'] : []),
      ...faults,
    ].join('. ');
  };

  const rows = { train: toTensor(train), validation: toTensor(validation) };
  const progress = trainingProgress(options.steps);
  let fitted: Fitted;
  try {
    const { update } = progress;
    fitted = await fitBy[loss](model, rows.train, {
      ...options,
      params,
      validation: rows.validation,
      versions: packageVersions(),
      signal,
      onProgress: update,
      onCheckpoint: checkpointsInto(folder),
    });
  } catch (error) {
    const stopped = stoppedBy(error);
    if (!stopped) throw options.resume ? notResumed(error, folder) : error;
    const { code } = error as DiffeoError;
    const kept = await keepUnfinished(stopped, code);
    const { steps, reason, advice } = stopped;
    throw new DiffeoError(code, `training stopped at step ${steps}: ${reason}. ${kept}.${advice && ` ${advice}`}`, {
      cause: error,
    });
  } finally {
    progress.stop();
    rows.train.dispose();
    rows.validation.dispose();
  }
  if (fitted.stopped === 'cancelled') {
    const kept = await keepUnfinished(fitted, 'CANCELLED');
    throw new DiffeoError('CANCELLED', `cancelled after step ${fitted.steps} of ${options.steps}. ${kept}`);
  }
  if (choose) fitted = await choose(fitted);
  const bytes = await bytesOf(fitted, await notesOf?.(fitted));
  return { fitted, model: bytes, path: folder.saveReached(bytes, fitted.history) };
}
