import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import type { HistoryPoint } from '@diffeo/trainer';
import { atomicFile, writeAtomically } from './atomic-file.ts';
import { reasonOf } from './file-error.ts';
import { modelFile } from './read-model.ts';
import { standardInput } from './standard-input.ts';
import type { TrainReport } from './train-report.ts';

/** The folder that a run of `train` writes into. Each file appears whole or not at all. */
export interface TrainingFolder {
  /** The absolute path of the model file. */
  readonly modelPath: string;
  /** Writes the model and the learning curve; the report of an earlier run, which is none of this model's, goes. */
  saveModel(model: Uint8Array, history: readonly HistoryPoint[]): void;
  /** Writes what a run that has not ended needs to go on. */
  saveCheckpoint(checkpoint: Uint8Array): void;
  /** Takes the checkpoint away: the run is done, and nothing goes on from it. */
  removeCheckpoint(): void;
  saveReport(report: TrainReport): void;
  /** Takes the folder away if it was made for this run and is empty. */
  removeIfUnused(): void;
}

/**
 * The folder for data of this name unless `--out` names one: `diffeo-two-moons`, `diffeo-wine` for `data/wine.csv`,
 * `diffeo-stdin` for standard input.
 */
export const defaultFolder = (data: string): string =>
  `diffeo-${(data === standardInput ? 'stdin' : basename(data))
    .replace(/(?<=.)\.(csv|tsv|txt|data|gz)\b.*$/i, '')
    .replace(/[^\w.-]+/g, '-')}`;

const checkpointFile = 'checkpoint.bin';

/** The checkpoint that an interrupted run left in its folder. Throws `FILE`. */
export function readCheckpoint(folder: string): Uint8Array {
  const path = join(folder, checkpointFile);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new DiffeoError('FILE', `there is no interrupted run to resume: ${path} cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

const historyCsv = (history: readonly HistoryPoint[]): string =>
  ['step,train,validation', ...history.map((p) => `${p.step},${p.train},${p.validation ?? ''}`), ''].join('\n');

/**
 * Makes a folder and those above it; returns whether it was not there. Not mkdir's own `recursive`, which never returns
 * where the system says of a new folder that there is no such one, as under /proc.
 */
function makeFolder(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
  return true;
}

/** Makes the folder and sees that it can be written, before training takes its time. Throws `FILE`. */
export function trainingFolder(path: string): TrainingFolder {
  const folder = resolve(path);
  const modelPath = join(folder, modelFile);
  const checkpointPath = join(folder, checkpointFile);
  const reportPath = join(folder, 'report.json');
  let made: boolean;
  try {
    made = makeFolder(folder);
  } catch (cause) {
    throw new DiffeoError('FILE', `the folder ${path} cannot be made: ${reasonOf(cause)}`, { cause });
  }
  const removeIfUnused = (): void => {
    if (!made) return;
    try {
      rmdirSync(folder);
    } catch {
      // It is not empty: something was saved.
    }
  };
  atomicFile(modelPath).discard();
  return {
    modelPath,
    saveModel: (model, history) => {
      rmSync(reportPath, { force: true });
      writeAtomically(modelPath, model);
      writeAtomically(join(folder, 'history.csv'), historyCsv(history));
    },
    saveCheckpoint: (checkpoint) => writeAtomically(checkpointPath, checkpoint),
    removeCheckpoint: () => rmSync(checkpointPath, { force: true }),
    saveReport: (report) => writeAtomically(reportPath, `${JSON.stringify(report, null, 2)}\n`),
    removeIfUnused,
  };
}
