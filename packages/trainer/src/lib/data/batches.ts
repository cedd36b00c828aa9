import { fold, type Seed, shuffled } from '@diffeo/core';

/**
 * Endless batches of row numbers: each epoch visits every row once in an order of its own, drawn from the seed. A batch
 * may span two epochs, so all have the same size. `skipped` batches are left out at the beginning.
 */
export function* batches(rows: number, size: number, seed: Seed, skipped = 0): Generator<Int32Array, never> {
  let epoch = Math.floor((skipped * size) / rows);
  let order = shuffled(rows, fold(seed, epoch));
  let at = (skipped * size) % rows;
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
