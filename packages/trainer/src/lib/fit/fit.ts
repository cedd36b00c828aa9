import { DiffeoError, disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Dataset, disposeDataset } from '../data/dataset.ts';
import { holdDataset, holdParams, requireFlow } from '../data/hold.ts';
import type { WorkerPool } from '../executor/worker-pool.ts';
import { withWorkers } from '../tasks/start-workers.ts';
import { fitWarnings } from '../warnings/fit-warnings.ts';
import { requireFitOptions } from './fit-checks.ts';
import type { FitOptions, Fitted } from './fit-options.ts';
import { FitRun } from './fit-run.ts';
import { type HeldData, trainingData } from './training-data.ts';

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
  requireFlow(model, 'fit');
  requireFitOptions(options);
  const { validation, params } = options;
  const datasets: Dataset[] = [];
  const hold = (given: Dataset | Tensor, what: string): Dataset => {
    const dataset = holdDataset(model, given, what);
    datasets.push(dataset);
    return dataset;
  };
  let own: FlowParams | undefined;
  try {
    // Held before anything is waited for: what the caller disposes from here on does not matter.
    const isShare = validation === undefined || typeof validation === 'number';
    const held = {
      data: hold(data, 'the training data'),
      validation: isShare ? validation : hold(validation, 'the validation data'),
    };
    own = params === undefined ? undefined : holdParams(model, params, 'fit, params');
    return await fitHeld(model, held, { ...options, ...(own && { params: own }) });
  } finally {
    for (const dataset of datasets) disposeDataset(dataset);
    if (own) disposeParams(model.layout, own);
  }
}

/** {@link fit} with what it was given held and its options checked. */
async function fitHeld(model: Flow, data: HeldData, options: FitOptions): Promise<Fitted> {
  const { workers } = options;
  const held = await trainingData(model, data, options);
  try {
    const run = async (pool: WorkerPool | null) => (await FitRun.begin(pool, model, held, options)).run();
    if (workers) requireShards(typeof workers === 'number' ? workers : workers.count, held.batchSize);
    const reached = workers ? await withWorkers(model, workers, run) : await run(null);
    return { ...reached, warnings: await fitWarnings(model, held.train.dataset, reached) };
  } finally {
    held.dispose();
  }
}

/** Asked before workers start, which takes its time. */
function requireShards(count: number, batchSize: number): void {
  if (count <= batchSize) return;
  throw new DiffeoError('CONFIG', `fit: ${count} workers cannot share a batch of ${batchSize} rows`);
}
