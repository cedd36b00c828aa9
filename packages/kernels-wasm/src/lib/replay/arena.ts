import { isDiffeoError } from '@diffeo/core';
import type { Guard } from '../heap/guard.ts';
import type { Log } from './log.ts';
import { placeBlocks } from './placement.ts';

/** Larger work spends next to no time outside of kernels, and its memory is better given back. */
const maxBytes = 2 ** 29;
const maxBlocks = 10_000;
const alignment = 64;

/** One piece of the heap, in which all that some work asks for has its place. */
export interface Arena {
  /** Where the block of that number in the log is. */
  addressOf(block: number): number;
  holds(address: number): boolean;
  /** Gives the memory back when so many more of the tensors in it are disposed. */
  releaseAfter(disposals: number): void;
  /** Overwrites everything with what is not a number. */
  poison(): void;
}

/** An arena for what a log asks for; `null` where that is too much, or more than is left. */
export function openArena({ defaults, reserve, backend: { wasm } }: Guard, { blocks }: Log): Arena | null {
  if (blocks.length > maxBlocks) return null;
  const { offsets, bytes } = placeBlocks(blocks);
  if (bytes > maxBytes) return null;
  let address: number;
  try {
    address = defaults.allocate(bytes + alignment);
  } catch (error) {
    if (isDiffeoError(error) && error.code === 'MEMORY') return null;
    throw error;
  }
  const begin = alignment * Math.ceil(address / alignment);
  const end = begin + bytes;
  let waitsFor = Number.POSITIVE_INFINITY;
  const release = (): void => {
    open();
    defaults.free(address);
  };
  const open = reserve({
    begin,
    end,
    freed: () => {
      if (--waitsFor === 0) release();
    },
  });
  return {
    addressOf: (block) => begin + (offsets[block] as number),
    holds: (place) => place >= begin && place < end,
    poison: () => void wasm.HEAPU8.fill(0xff, begin, end),
    releaseAfter: (disposals) => {
      waitsFor = disposals;
      if (disposals === 0) release();
    },
  };
}
