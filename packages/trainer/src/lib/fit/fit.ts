import { DiffeoError, type Flow } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Dataset, toDataset } from '../data/dataset.ts';
import { withWorkers } from '../parallel/workers.ts';
import { type FitOptions, type Fitted, requireOptions } from './fit-options.ts';
import { FitRun } from './fit-run.ts';
import { trainingData } from './training-data.ts';

/**
 * Fits a flow to data by maximum likelihood: Adam on mini-batches, with gradient clipping, a learning-rate schedule,
 * validation, early stopping and the best parameters restored. The data stay the caller's.
 *
 * @throws DiffeoError `NOT_FINITE` when data hold NaN or infinity (row and position named), when the flow as it starts gives a
 * row no finite log-likelihood, and at the first loss, gradient or validation that is not finite: the message names the part,
 * and the row and number where one is to blame. `WORKER` when a worker dies, `INEXACT` where the flow is not exact enough for
 * `recompute`, and `CONFIG` for a learning rate that is none. Of all these that end a run, `error.cause` is {@link Stopped}: the
 * best or last good parameters, with the newest checkpoint that was kept. `SHAPE`, `CONTEXT`, `DATA`, `CONFIG` for what does not
 * fit, be it to a checkpoint or what `augment` returns, and `FILE` for what is no checkpoint of this flow.
 */
export async function fit(model: Flow, data: Dataset | Tensor, options: FitOptions = {}): Promise<Fitted> {
  requireOptions(options);
  const { workers } = options;
  const held = await trainingData(model, toDataset(data), options);
  try {
    if (!workers) return await (await FitRun.begin(null, model, held, options)).run();
    requireShards(typeof workers === 'number' ? workers : workers.count, held.batchSize);
    return await withWorkers(model, workers, async (pool) => (await FitRun.begin(pool, model, held, options)).run());
  } finally {
    held.dispose();
  }
}

/** Asked before workers start, which takes its time. */
function requireShards(count: number, batchSize: number): void {
  if (count <= batchSize) return;
  throw new DiffeoError('CONFIG', `fit: ${count} workers cannot share a batch of ${batchSize} rows`);
}
