import { setTimeout as sleep } from 'node:timers/promises';
import { type PartTransport, partOf } from '@diffeo/cluster';
import { DiffeoError } from '@diffeo/core';

/** A function of MPI, which throws where it fails. */
type Call = (...args: readonly unknown[]) => void;

/** What is called, and the handles that its header names. */
export interface MpiCalls
  extends Readonly<
    Record<
      'init' | 'finalize' | 'rank' | 'size' | 'split' | 'allGather' | 'exchange' | 'gather' | 'barrier' | 'test',
      Call
    >
  > {
  readonly world: unknown;
  readonly float: unknown;
  readonly byte: unknown;
}

/** Processes that speak to each other. All of them call the same in the same order. */
export interface Communicator extends PartTransport {
  readonly rank: number;
  readonly size: number;
  /** A text of each, in their order. */
  texts(own: string): string[];
  /** Those that want to be in one of their own; `null` for who does not. */
  split(isIn: boolean): Communicator | null;
  /** Resolves when all are there. Sockets go on meanwhile. */
  barrier(): Promise<void>;
}

const maxText = 512;
/** `MPI_UNDEFINED` of Open MPI. */
const noColor = -32_766;

const wholeNumber = (ask: (place: Int32Array) => void): number => {
  const place = new Int32Array(1);
  ask(place);
  return place[0] as number;
};

export function communicator(calls: MpiCalls, handle: unknown): Communicator {
  const { float, byte } = calls;
  const rank = wholeNumber((place) => calls.rank(handle, place));
  const size = wholeNumber((place) => calls.size(handle, place));

  /** How many numbers of a vector each process has, and where they begin. */
  const parts = (length: number): readonly [counts: Int32Array, places: Int32Array] => {
    const all = Array.from({ length: size }, (_, i) => partOf(length, i, size));
    return [Int32Array.from(all, ([begin, end]) => end - begin), Int32Array.from(all, ([begin]) => begin)];
  };

  return {
    rank,
    size,
    texts: (own) => {
      const sent = new Uint8Array(maxText);
      const { read } = new TextEncoder().encodeInto(own, sent);
      if (read < own.length) throw new DiffeoError('WORKER', `a text of more than ${maxText} bytes`);
      const all = new Uint8Array(size * maxText);
      calls.allGather(sent, maxText, byte, all, maxText, byte, handle);
      return Array.from({ length: size }, (_, i) =>
        new TextDecoder().decode(all.subarray(i * maxText, (i + 1) * maxText)).replace(/\0+$/, ''),
      );
    },
    split: (isIn) => {
      const made = new BigUint64Array(1);
      calls.split(handle, isIn ? 0 : noColor, rank, made);
      return isIn ? communicator(calls, made[0]) : null;
    },
    barrier: async () => {
      const request = new BigUint64Array(1);
      calls.barrier(handle, request);
      while (wholeNumber((flag) => calls.test(request, flag, null)) === 0) await sleep(10);
    },
    exchange: (values) => {
      const [counts, places] = parts(values.length);
      const own = counts[rank] as number;
      const found = new Float32Array(size * own);
      const each = Int32Array.from({ length: size }, () => own);
      const at = Int32Array.from({ length: size }, (_, i) => i * own);
      calls.exchange(values, counts, places, float, found, each, at, float, handle);
      return Promise.resolve(Array.from({ length: size }, (_, i) => found.subarray(i * own, (i + 1) * own)));
    },
    gather: (part, whole) => {
      const [counts, places] = parts(whole.length);
      calls.gather(part, part.length, float, whole, counts, places, float, handle);
      return Promise.resolve();
    },
  };
}
