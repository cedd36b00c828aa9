import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { reasonOf } from './file-error.ts';

/** A file that comes into being whole or not at all. */
export interface AtomicFile {
  write(data: string | Uint8Array): void;
  /** Puts what was written in the place of the file. */
  commit(): void;
  /** Forgets what was written, unless it was committed. */
  discard(): void;
}

/** Where to write in the end: the file that a link leads to. Throws `FILE` when what is there is no file. */
function destination(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return path;
  if (found.isFile()) return realpathSync(path);
  throw new DiffeoError('FILE', `${path} cannot be written: it is ${found.isDirectory() ? 'a folder' : 'no file'}`);
}

/**
 * Opens a file to be written beside its place and renamed into it: whoever reads the place sees the old content or the
 * whole of the new. Synchronous, so that no signal comes between.
 *
 * @throws DiffeoError `FILE` when the place cannot be written; `WRITE` from `write` and `commit`, when the disk is full, say.
 */
export function atomicFile(path: string): AtomicFile {
  let place = path;
  let beside = '';
  let file = -1;

  const attempt = (code: string, work: () => void): void => {
    try {
      work();
    } catch (cause) {
      if (cause instanceof DiffeoError) throw cause;
      throw new DiffeoError(code, `${path} cannot be written: ${reasonOf(cause)}`, { cause });
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

  attempt('FILE', () => {
    place = destination(path);
    const name = join(dirname(place), `.${basename(place)}.${process.pid}.tmp`);
    file = openSync(name, 'w');
    beside = name;
  });
  process.once('exit', discard);
  return {
    write: (data) =>
      attempt('WRITE', () => {
        const bytes = typeof data === 'string' ? Buffer.from(data) : data;
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      }),
    commit: () =>
      attempt('WRITE', () => {
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
