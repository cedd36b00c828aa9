import { numbersOf } from '@diffeo/kernels-wasm';
import type { AdamPart } from '@diffeo/ops';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The ranges that workers divide all numbers into. A norm is made of those of the ranges, so that it is the same for all who have them. */
export interface Parts {
  readonly parts: readonly AdamPart[];
}

/** How workers share a step down the sum of their gradients: each takes a range. */
export interface ShardedStep extends Parts {
  /** Which range is this worker's. */
  readonly own: number;
  /** What each brings, in the order of the workers. */
  gather(own: number): readonly number[];
  /** `write` puts this worker's range of a vector in its place. Returns the vector with the ranges of all. */
  merge(write: (whole: Float32Array) => void): Float32Array;
}

/** Whether workers share a step. */
export const isSharded = (share: Parts | ShardedStep): share is ShardedStep => 'own' in share;

/** Runs `f` on the numbers of every tensor that lie in a range of the vector of all, on the WASM backend, and on where they begin there. */
export function eachWithin(
  tensors: readonly Tensor[],
  { begin, end }: AdamPart,
  f: (numbers: Float32Array, from: number) => void,
): void {
  let offset = 0;
  for (const tensor of tensors) {
    const [from, to] = [Math.max(begin, offset), Math.min(end, offset + tensor.size)];
    if (from < to) f((numbersOf(tensor) as Float32Array).subarray(from - offset, to - offset), from);
    offset += tensor.size;
  }
}

/** Runs `f` on all numbers that are not in this worker's range: see {@link eachWithin}. */
export function eachOutside(
  tensors: readonly Tensor[],
  { parts, own }: ShardedStep,
  f: (numbers: Float32Array, from: number) => void,
): void {
  for (const [i, part] of parts.entries()) if (i !== own) eachWithin(tensors, part, f);
}
