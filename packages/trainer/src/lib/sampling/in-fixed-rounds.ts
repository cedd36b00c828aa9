import { type Density, sizeOf } from '@diffeo/core';
import { withFixedRounds } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Events of so many numbers at most, and batches of so many numbers. */
const [longestEvent, longestBatch] = [16, 64];

/**
 * Runs work on a few short events with loops that take as many rounds as surely are enough, and look at no number: the same to the bit, and it can be
 * recorded, which what reads numbers cannot. Of longer events or more of them a loop that ends early saves more than a recording.
 */
export function inFixedRounds<T>({ eventShape }: Pick<Density, 'eventShape'>, x: Tensor, work: () => T): T {
  const isShort = sizeOf(eventShape) <= longestEvent && x.size <= longestBatch;
  return isShort ? withFixedRounds((_, exact) => exact, work) : work();
}
