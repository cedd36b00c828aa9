import { type Flow, fold, type Seed } from '@diffeo/core';
import { type Augment, augmented } from '../data/augment.ts';
import { batches } from '../data/batches.ts';
import type { RowSource } from '../data/rows.ts';
import type { TensorDataset } from '../data/tensor-dataset.ts';

/** Which share of every batch is a run's. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** A share of a batch. */
interface SharedBatch {
  /** The numbers of its rows in the data. */
  readonly rows: Int32Array;
  /** The share's part of the batch. */
  readonly weight: number;
  /** The caller's; `null` where there are no data. */
  readonly batch: TensorDataset | null;
}

/** What decides which rows come. */
interface BatchOptions {
  readonly seed: Seed;
  /** Draws what changes rows: of each share its own. */
  readonly noiseSeed: Seed;
  readonly batchSize: number;
  readonly share: Share;
  readonly augment?: Augment | undefined;
  /** The step that the first batch is for. */
  readonly step: number;
}

/** The rows of a batch that belong to a share: of equal sizes, or of sizes that differ by one. */
function shareOf(rows: Int32Array, { index, count }: Share): Int32Array {
  const edge = (i: number) => Math.round((i * rows.length) / count);
  return rows.subarray(edge(index), edge(index + 1));
}

/** The share of batch after batch of the data, where there are any; each is asked for with the number of its step. */
export function sharedBatches(
  model: Flow,
  train: RowSource | null,
  { seed, noiseSeed, batchSize, share, augment, step: first }: BatchOptions,
): (step: number) => Promise<SharedBatch> {
  const order = train && batches(train.count, batchSize, fold(seed, 'batches'), first);
  const unnumbered = new Int32Array(batchSize);
  return async (step) => {
    const whole = order?.next().value ?? unnumbered;
    const rows = shareOf(whole, share);
    const weight = rows.length / whole.length;
    if (!train) return { rows, weight, batch: null };
    const taken = train.take(rows);
    const batch = augment ? await augmented(model, taken, augment, fold(noiseSeed, `augment ${step}`)) : taken;
    return { rows, weight, batch };
  };
}
