import { disposeParams } from '@diffeo/core';
import { type HostDataset, hostRows } from '../data/rows.ts';
import type { TensorDataset } from '../data/tensor-dataset.ts';
import { defineTask } from '../executor/task.ts';
import { type ScoreBatchOptions, scoreBatches } from '../scores/score-batches.ts';

/** What to score. */
export interface ScoreRequest extends ScoreBatchOptions {
  /** A saved model. */
  readonly file: Uint8Array;
  readonly data: HostDataset;
  /** The first row of each batch that is this worker's. */
  readonly begins: readonly number[];
  readonly batchSize: number;
}

/** Scores batches of data: the log-likelihoods of each. */
export const scoreTask = defineTask({
  type: '@diffeo/trainer/score',
  run: async ({ file, data, begins, batchSize, ...options }: ScoreRequest, { worker }) => {
    const { model, params } = worker.load(file, { mixtures: true });
    const rows = hostRows(data);
    const take = (begin: number): TensorDataset => {
      const count = Math.min(batchSize, rows.count - begin);
      return rows.take(Int32Array.from({ length: count }, (_, i) => begin + i));
    };
    try {
      return await scoreBatches(model, params, begins, take, options);
    } finally {
      disposeParams(model.layout, params);
    }
  },
});
