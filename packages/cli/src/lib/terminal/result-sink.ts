import { atomicFile } from '../files/atomic-file.ts';
import { printResult } from './standard-streams.ts';

/** Where a result goes, piece by piece. */
export interface ResultSink {
  write(piece: string | Uint8Array): Promise<void>;
  /** To be called after the last piece. */
  finish(): void;
  /** To be called in any case; without `finish` before it, a file is not written. */
  close(): void;
}

/** A sink that writes to stdout. */
const standardOutput: ResultSink = { write: printResult, finish: () => undefined, close: () => undefined };

/** A sink for a result of any length: the file at `path`, which appears when it is whole, or stdout without one. */
export function resultSink(path: string | undefined): ResultSink {
  if (path === undefined) return standardOutput;
  const file = atomicFile(path);
  return {
    write: (piece) => Promise.resolve(file.write(piece)),
    finish: file.commit,
    close: file.discard,
  };
}
