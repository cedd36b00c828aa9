import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import type { HistoryPoint } from '@diffeo/trainer';
import { atomicFile, writeAtomically } from '../files/atomic-file.ts';
import { fileError } from '../files/file-error.ts';
import { fileKind } from '../files/file-kind.ts';
import { removeLeftovers } from '../files/leftover-files.ts';
import { makeFolder, removeMade } from '../files/make-folder.ts';
import { writeTogether } from '../files/write-together.ts';
import { modelFile } from '../model/read-model.ts';
import type { TrainReport } from '../train/train-report.ts';
import { lockFolder } from './folder-lock.ts';
import { type FoundModel, findModel } from './model-notes.ts';

/** What earlier runs left in a folder. */
export interface FoundRuns {
  /** Whether a run was interrupted. */
  readonly interrupted: boolean;
  readonly model: FoundModel | null;
  /** The report of the model: that run was finished. */
  readonly report: TrainReport | null;
}

/** The folder that a run of `train` writes into, and no other run meanwhile. Each file appears whole or not at all. */
export interface TrainingFolder {
  /** As it was given. */
  readonly path: string;
  /** The absolute path of the model file. */
  readonly modelPath: string;
  /** What earlier runs left when this one took the folder. */
  readonly found: FoundRuns;
  /** The checkpoint of the interrupted run. */
  readCheckpoint(): Uint8Array;
  /** Writes what a run that is not finished needs to go on. */
  saveCheckpoint(checkpoint: Uint8Array): void;
  /** Whether there is a checkpoint to go on from now. */
  hasCheckpoint(): boolean;
  /** Takes the checkpoint away: nothing goes on from it. */
  removeCheckpoint(): void;
  /**
   * Writes the model and the learning curve of a run that is not finished, and returns the path of the model. Where a finished
   * run's model is with its report, that stays, and this one gets a name of its own.
   */
  saveReached(model: Uint8Array, history: readonly HistoryPoint[]): string;
  /**
   * Writes the report of what was reached, and puts all of it in its place: what was there before stays until all has found
   * room. The checkpoint goes last.
   */
  finish(report: TrainReport): void;
  /** Gives the folder up. Takes it away if it was made for this run and is empty. */
  close(): void;
}

const historyCsv = (history: readonly HistoryPoint[]): string =>
  ['step,train,validation', ...history.map((p) => `${p.step},${p.train},${p.validation ?? ''}`), ''].join('\n');

const reportJson = (report: TrainReport): string => `${JSON.stringify(report, null, 2)}\n`;

/** The report at a path if it is this model's. */
function readReport(path: string, model: FoundModel | null): TrainReport | null {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as TrainReport | null;
    return model !== null && report?.modelSha256 === model.sha256 ? report : null;
  } catch {
    return null;
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (cause) {
    throw fileError(`${to} cannot be written`, cause, 'WRITE');
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw fileError(`${path} cannot be removed`, cause, 'WRITE');
  }
}

/**
 * Makes the folder, takes it for this run and sees that it can be written, before training takes its time. What processes
 * that have ended left beside is removed.
 *
 * @throws DiffeoError `FILE`; `WRITE`; `BUSY` when another run has it.
 */
export async function trainingFolder(path: string): Promise<TrainingFolder> {
  const folder = resolve(path);
  const made = makeFolder(folder);
  const place = (name: string): string => join(folder, name);
  const modelPath = place(modelFile);
  const [historyPath, reportPath] = [place('history.csv'), place('report.json')];
  const checkpointPath = place('checkpoint.bin');
  const inPlace = { model: modelPath, history: historyPath };
  const apart = { model: place('unfinished.safetensors'), history: place('unfinished-history.csv') };
  let reached = inPlace;
  const lock = await lockFolder(folder).catch((error: unknown) => {
    removeMade(made);
    throw error;
  });
  const close = (): void => {
    lock.release();
    removeMade(made);
  };

  const look = (): FoundRuns => {
    for (const file of [modelPath, historyPath, reportPath, checkpointPath]) {
      const kind = fileKind(file);
      if (kind === null || kind === 'file') continue;
      throw new DiffeoError(
        'FILE',
        `${file} is ${kind === 'folder' ? 'a folder' : 'not a file'}, and a run writes its own there: remove it, or give another folder with --out`,
      );
    }
    const model = findModel(modelPath);
    return { interrupted: fileKind(checkpointPath) !== null, model, report: readReport(reportPath, model) };
  };
  let found: FoundRuns;
  try {
    removeLeftovers(folder);
    found = look();
  } catch (error) {
    close();
    throw error;
  }

  /** Before anything is written. A folder that was removed meanwhile is made again. */
  const renew = (): void => {
    makeFolder(folder);
    lock.renew();
  };
  return {
    path,
    modelPath,
    found,
    readCheckpoint: () => {
      try {
        return readFileSync(checkpointPath);
      } catch (cause) {
        throw fileError(`${checkpointPath} cannot be read`, cause);
      }
    },
    saveCheckpoint: (checkpoint) => {
      renew();
      writeAtomically(checkpointPath, checkpoint);
    },
    hasCheckpoint: () => fileKind(checkpointPath) === 'file',
    removeCheckpoint: () => remove(checkpointPath),
    saveReached: (model, history) => {
      renew();
      const to = found.report ? apart : inPlace;
      writeTogether([
        [to.model, model],
        [to.history, historyCsv(history)],
      ]);
      reached = to;
      // A report that is none of this model's.
      if (!found.report) remove(reportPath);
      return to.model;
    },
    finish: (report) => {
      renew();
      const file = atomicFile(reportPath);
      try {
        file.write(reportJson(report));
        if (reached === apart) {
          move(apart.model, modelPath);
          move(apart.history, historyPath);
        }
        file.commit();
      } finally {
        file.discard();
      }
      for (const each of [apart.model, apart.history, checkpointPath]) remove(each);
    },
    close,
  };
}
