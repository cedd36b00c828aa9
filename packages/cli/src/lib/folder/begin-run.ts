import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import type { DataSource } from '../data/data-source.ts';
import { isPattern } from '../data/matching-files.ts';
import { fileError } from '../files/file-error.ts';
import { fileKind } from '../files/file-kind.ts';
import type { FoundRuns, TrainingFolder } from './training-folder.ts';

/** Where data come from, as far as that tells them from others: a path, a name of ours, or nothing for what is piped in. */
export type DataOrigin = { readonly path: string } | { readonly name: string } | null;

/** Where the data of a source come from. */
export function originOf(source: DataSource): DataOrigin {
  const { name, isOurs } = source;
  if (isOurs) return { name };
  if (isPattern(name)) return { path: resolve(name) };
  const found = fileKind(name);
  if (found !== 'file' && found !== 'folder') return null;
  try {
    return { path: realpathSync.native(name) };
  } catch (cause) {
    throw fileError(`${name} cannot be read`, cause);
  }
}

/** Whether a model was trained on data of this origin, as far as can be known. */
function isOfSameData({ model, report }: FoundRuns, name: string, origin: DataOrigin): boolean {
  if (model === null) return true;
  if (origin === null) return false;
  if ('name' in origin) return model.metadata['data'] === name && report?.dataPath === undefined;
  return report ? report.dataPath === origin.path : model.metadata['data'] === name;
}

/** What the command line says of earlier runs in the folder. */
export interface BeginOptions {
  /** The argument DATA. */
  readonly name: string;
  readonly origin: DataOrigin;
  readonly resume: boolean;
  readonly anew: boolean;
}

/** What a run does about earlier ones in its folder. */
export interface Beginning {
  /** To go on from. */
  readonly checkpoint: Uint8Array | null;
  /** What to say of it when training begins. */
  readonly line: string | null;
}

/**
 * Decides what a run does about earlier ones in its folder.
 *
 * @throws DiffeoError `USAGE` where it would throw away what it was not told to.
 */
export function beginRun(folder: TrainingFolder, { name, origin, resume, anew }: BeginOptions): Beginning {
  const { found, path } = folder;
  if (resume && anew)
    throw new DiffeoError('USAGE', 'train: --resume goes on and --anew begins again: give one of them');
  if (anew) {
    return { checkpoint: null, line: found.interrupted ? `the interrupted run in ${path} is given up` : null };
  }
  if (found.interrupted) {
    if (resume) return { checkpoint: folder.readCheckpoint(), line: `going on with the interrupted run in ${path}` };
    throw new DiffeoError(
      'USAGE',
      `an interrupted run is in ${path}: --resume goes on with it, --anew gives it up and begins again, --out takes another folder`,
    );
  }
  // Whether it is this very run that is done shows when the data have been read.
  if (resume && found.report) return { checkpoint: null, line: null };
  if (!isOfSameData(found, name, origin)) {
    const { data } = found.model?.metadata ?? {};
    const other =
      data === undefined ? 'a model that does not say what it was trained on' : `a model of other data, '${data}'`;
    throw new DiffeoError(
      'USAGE',
      `${path} holds ${other}${data === name ? ' of another place' : ''}: --out takes another folder, --anew replaces it when the run is done`,
    );
  }
  if (resume) return { checkpoint: null, line: `nothing to go on from in ${path}: the run begins` };
  const replaced = `the model in ${path}, of an earlier run on the same data, is replaced when this run is done`;
  return { checkpoint: null, line: found.report ? replaced : null };
}
