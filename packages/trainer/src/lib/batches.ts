import { fold, type Seed, shuffled } from '@diffeo/core';

/**
 * Endless batches of row numbers: each epoch visits every row once in an order of its own, drawn from the seed. A batch
 * may span two epochs, so all have the same size.
 */
export function* batches(rows: number, size: number, seed: Seed): Generator<Int32Array, never> {
  let epoch = 0;
  let order = shuffled(rows, fold(seed, epoch));
  let at = 0;
  for (;;) {
    const batch = new Int32Array(size);
    for (let filled = 0; filled < size; ) {
      if (at === rows) {
        order = shuffled(rows, fold(seed, ++epoch));
        at = 0;
      }
      const taken = order.subarray(at, at + size - filled);
      batch.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
    yield batch;
  }
}
