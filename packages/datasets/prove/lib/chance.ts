import { fold, type RandomSource, randomSource } from '@diffeo/core';

/** Choices that depend on a seed alone. */
export interface Chance {
  readonly random: RandomSource;
  /** A whole number from 0 to below. */
  upTo(below: number): number;
  /** True so many times of a hundred. */
  percent(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Lengths, counts and places that lie: 0, 1, powers of two, their neighbours, and the right one's. */
  number(right: number, bits: number): number;
  bytes(length: number): Buffer;
}

/** The choices of one trial. */
export function chance(seed: number, trial: number): Chance {
  const random = randomSource(fold(seed, trial));
  const upTo = (below: number): number => random.integer(Math.max(1, below));
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)] as T;
  return {
    random,
    upTo,
    pick,
    percent: (share) => upTo(100) < share,
    number: (right, bits) => {
      const most = 2 ** bits - 1;
      const near = right + upTo(5) - 2;
      const value = pick([0, 1, most, 2 ** upTo(bits), 2 ** upTo(bits) - 1, near, right * 2, upTo(300), right]);
      return Math.max(0, Math.min(most, Math.floor(value)));
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => upTo(256))),
  };
}

/** Changes a few bytes, cuts, repeats, leaves out or appends, whatever the bytes mean. */
export function garbled(bytes: Uint8Array, { upTo, pick, bytes: some }: Chance): Uint8Array {
  const at = upTo(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  return pick([
    () => Buffer.concat([before, some(1 + upTo(4)), after.subarray(1 + upTo(4))]),
    () => before,
    () => Buffer.concat([before, after.subarray(upTo(64))]),
    () => Buffer.concat([bytes.subarray(0, at + upTo(64)), after]),
    () => Buffer.concat([bytes, some(upTo(64))]),
    () => Buffer.concat([before, new Uint8Array(upTo(64)).fill(pick([0, 255])), after]),
  ])();
}

/** A list with an element left out, repeated, moved or replaced. */
export function reordered<T>(list: readonly T[], { upTo, pick }: Chance, other: (element: T) => T): T[] {
  const at = upTo(list.length);
  const copy = [...list];
  const element = copy[at] as T;
  pick([
    () => copy.splice(at, 1),
    () => copy.splice(upTo(list.length), 0, element),
    () => copy.splice(upTo(list.length), 0, ...copy.splice(at, 1)),
    () => copy.splice(at, 1, other(element)),
    () => copy.splice(at, 1, other(element)),
  ])();
  return copy;
}
