import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiffeoError } from '@diffeo/core';
import { writeAtomically } from '../files/atomic-file.ts';
import { fileError } from '../files/file-error.ts';
import { fileKind } from '../files/file-kind.ts';
import { markPattern, ownMark, processState } from '../files/process-mark.ts';

/** That a folder is this run's. */
export interface FolderLock {
  /** Sees that it still is; takes it again where somebody removed the lock. Throws `BUSY` when another run has it by now. */
  renew(): void;
  release(): void;
}

const pattern = new RegExp(`^run-(${markPattern.source})\\.lock$`);

/** The locks in a folder of runs that go on, or may. Those of processes that have ended are removed. */
function liveLocks(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => {
      const [, mark] = pattern.exec(name) ?? [];
      if (mark === undefined) return false;
      if (processState(mark) !== 'ended') return true;
      rmSync(join(folder, name), { force: true });
      return false;
    });
  } catch (cause) {
    throw fileError(`the folder ${folder} cannot be read`, cause);
  }
}

function busy(folder: string, name: string): DiffeoError {
  const path = join(folder, name);
  const [, mark = '', pid] = pattern.exec(name) ?? [];
  let about = '';
  try {
    about = readFileSync(path, 'utf8').trim();
  } catch {
    // It ended just now, or cannot be read: its name says enough.
  }
  const who = about || `process ${pid}`;
  return new DiffeoError(
    'BUSY',
    processState(mark) === 'elsewhere'
      ? `a run on another machine or in another container writes into ${folder} (${who}), or ended there without a word. If none goes on, remove ${path}; or give another folder with --out`
      : `another run writes into ${folder} (${who}): wait for its end, or give another folder with --out`,
  );
}

/** Between two tries: of two runs that begin at once, each sees the other and steps back. */
const tries = 4;
const pause = () => 50 + 200 * Math.random();

/**
 * Takes a folder for this run. Each run has a lock of its own name there, made whole before it is looked whether there are
 * others: so none is ever taken for another, and a lock whose process has ended can be removed by anybody.
 *
 * @throws DiffeoError `BUSY` when another run has it; `FILE` or `WRITE` when it cannot be written.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const own = `run-${ownMark}.lock`;
  const path = join(folder, own);
  const release = (): void => {
    process.off('exit', release);
    try {
      rmSync(path, { force: true });
    } catch {
      // The next run sees that this one has ended.
    }
  };
  /** Takes the folder, or returns the lock of another run. */
  const take = (): string | null => {
    const [before] = liveLocks(folder);
    if (before !== undefined) return before;
    writeAtomically(path, `${hostname()}, process ${process.pid}, since ${new Date().toISOString()}\n`);
    const other = liveLocks(folder).find((name) => name !== own) ?? null;
    if (other !== null) rmSync(path, { force: true });
    return other;
  };
  let other = take();
  for (let left = tries - 1; other !== null && left > 0; left--) {
    await sleep(pause());
    other = take();
  }
  if (other !== null) throw busy(folder, other);
  process.once('exit', release);
  return {
    renew: () => {
      if (fileKind(path) === 'file') return;
      const taken = take();
      if (taken !== null) throw busy(folder, taken);
    },
    release,
  };
}
