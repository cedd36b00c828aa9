import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { fileError, reasonOf } from './file-error.ts';
import { fileKind } from './file-kind.ts';
import { besideName, removeLeftovers } from './leftover-files.ts';

/** A file that comes into being whole or not at all. */
export interface AtomicFile {
  write(data: string | Uint8Array): void;
  /** Puts what was written in the place of the file. */
  commit(): void;
  /** Forgets what was written, unless it was committed. */
  discard(): void;
}

/** Where to write in the end: the file that a link leads to. Throws `FILE` when what is there is not a file. */
function destination(path: string): string {
  const found = fileKind(path);
  if (found === null) return path;
  if (found === 'file') return realpathSync(path);
  throw new DiffeoError('FILE', `${path} cannot be written: it is ${found === 'folder' ? 'a folder' : 'not a file'}`);
}

/**
 * Opens a file to be written beside its place and renamed into it: whoever reads the place sees the old content or the
 * whole of the new. Synchronous, so that no signal comes between. What processes that have ended left beside is removed.
 *
 * @throws DiffeoError `FILE` when the place cannot be written; `WRITE` from `write` and `commit`, when the disk is full, say.
 */
export function atomicFile(path: string): AtomicFile {
  let place = path;
  let beside = '';
  let file = -1;

  /** Once the file was opened, its path is not to blame. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      throw new DiffeoError('WRITE', `${path} cannot be written: ${reasonOf(cause)}`, { cause });
    }
  };
  const close = (): void => {
    if (file >= 0) closeSync(file);
    file = -1;
  };
  const discard = (): void => {
    process.off('exit', discard);
    close();
    if (beside) rmSync(beside, { force: true });
    beside = '';
  };

  try {
    place = destination(path);
    removeLeftovers(dirname(place));
    const name = join(dirname(place), besideName(basename(place)));
    file = openSync(name, 'w');
    beside = name;
  } catch (cause) {
    throw fileError(`${path} cannot be written`, cause, 'WRITE');
  }
  process.once('exit', discard);
  return {
    write: (data) =>
      attempt(() => {
        const bytes = typeof data === 'string' ? Buffer.from(data) : data;
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      }),
    commit: () =>
      attempt(() => {
        fsyncSync(file);
        close();
        renameSync(beside, place);
        beside = '';
      }),
    discard,
  };
}

/** Writes a whole file at once, beside its place and then into it. */
export function writeAtomically(path: string, data: string | Uint8Array): void {
  const file = atomicFile(path);
  try {
    file.write(data);
    file.commit();
  } finally {
    file.discard();
  }
}
