import type { Block } from './placement.ts';

/** What one run of some work asked of kernels and of memory. Two runs with the same log are the same but for numbers. */
export interface Log {
  /** Kernels with what they take and their attributes, and memory taken and given back, in order. */
  readonly events: readonly string[];
  /** What the host brought, constants for the most part, in order. */
  readonly uploads: readonly Uint8Array[];
  readonly blocks: readonly Block[];
  /** Whether numbers were read or drawn: what follows may depend on them, and be other the next time. */
  readonly reads: boolean;
}

/** A log that is being written. */
export interface LogWriter {
  readonly log: Log;
  kernel(name: string, takes: readonly string[], attributes: unknown): void;
  /** Returns the number of the block. */
  took(bytes: number): number;
  gave(block: number): void;
  uploaded(shape: string, bytes: Uint8Array): void;
  read(): void;
}

/** JSON has no infinities and no NaN. */
const withEveryNumber = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value;

export function logWriter(): LogWriter {
  const events: string[] = [];
  const uploads: Uint8Array[] = [];
  const blocks: Block[] = [];
  let reads = false;
  return {
    log: {
      events,
      uploads,
      blocks,
      get reads() {
        return reads;
      },
    },
    kernel: (name, takes, attributes) =>
      void events.push(`${name} ${takes.join(' ')} ${JSON.stringify(attributes, withEveryNumber)}`),
    took: (bytes) => {
      events.push(`take ${bytes}`);
      return blocks.push({ bytes, born: events.length, gone: Number.POSITIVE_INFINITY }) - 1;
    },
    gave: (block) => {
      events.push(`give ${block}`);
      (blocks[block] as Block).gone = events.length;
    },
    uploaded: (shape, bytes) => {
      events.push(`upload ${shape}`);
      uploads.push(bytes.slice());
    },
    read: () => {
      reads = true;
    },
  };
}

const sameBytes = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
  a.length === b?.length && a.every((byte, i) => byte === b[i]);

/** Whether two runs were the same, and nothing in them can have depended on numbers. */
export const sameLog = (a: Log, b: Log): boolean =>
  !a.reads &&
  !b.reads &&
  a.events.length === b.events.length &&
  a.uploads.length === b.uploads.length &&
  a.events.every((event, i) => event === b.events[i]) &&
  a.uploads.every((bytes, i) => sameBytes(bytes, b.uploads[i]));
