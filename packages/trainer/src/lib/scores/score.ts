import { type Density, disposeParams, type Seed, save } from '@diffeo/core';
import { requireOptions, seedNumber, wholeNumber } from '@diffeo/core/arguments';
import type { Tensor } from '@tensorflow/tfjs-core';
import { rowsOption, rowsTogether } from '../data/batch-size.ts';
import { holdDataset, holdParams, requireDensity } from '../data/hold.ts';
import { requireFinite } from '../data/require-finite.ts';
import { toHostDataset } from '../data/rows.ts';
import { disposeDataset, rowsOf, sliceRows, type TensorDataset } from '../data/tensor-dataset.ts';
import type { Workers, WorkersOptions } from '../executor/workers.ts';
import { scoreTask } from '../tasks/score-task.ts';
import { shard } from '../tasks/shard.ts';
import { withWorkers } from '../tasks/start-workers.ts';
import { workersOption } from '../tasks/workers-option.ts';
import { type ScoreBatchOptions, scoreBatches } from './score-batches.ts';

export interface ScoreOptions {
  /** How many rows go through the flow at once. Default {@link rowsTogether}. */
  readonly batchSize?: number;
  /** Draws the dequantization noise, where there is any. Default 0. */
  readonly noise?: Seed;
  /**
   * How many draws of the noise each row's score is made of, where the flow dequantizes: log of the mean of exp(bound), which
   * lies nearer to the log-probability the more there are (Burda et al. 2016, "Importance weighted autoencoders"). Default 1.
   */
  readonly draws?: number;
  /** Workers to score on, or how many to start for it. Default: this thread alone. */
  readonly workers?: number | WorkersOptions | Workers;
}

/** How checked data are scored. */
export interface ScoreCheckedOptions extends ScoreOptions, Partial<Pick<ScoreBatchOptions, 'finite'>> {}

/**
 * Log-likelihoods of checked data, batch by batch.
 *
 * @throws DiffeoError `NOT_FINITE`, with {@link UnscoredRow} as its cause.
 */
export async function scoreChecked(
  model: Density,
  params: unknown,
  dataset: TensorDataset,
  { batchSize = rowsTogether(model), noise = 0, draws = 1, workers, finite = false }: ScoreCheckedOptions,
): Promise<Float32Array> {
  const rows = rowsOf(dataset);
  const scores = new Float32Array(rows);
  const begins = Array.from({ length: Math.ceil(rows / batchSize) }, (_, i) => i * batchSize);
  if (workers) {
    const file = await save(model, params);
    const data = await toHostDataset(dataset);
    await withWorkers(model, workers, async (pool) => {
      const answers = await pool.runOnEach(scoreTask, (index) => ({
        file,
        data,
        begins: shard(begins, index, pool.count),
        batchSize,
        ...{ noise, draws, finite },
      }));
      for (const [i, values] of answers.flat().entries()) scores.set(values, begins[i] as number);
    });
    return scores;
  }
  const take = (begin: number): TensorDataset => sliceRows(dataset, begin, Math.min(batchSize, rows - begin));
  const found = await scoreBatches(model, params, begins, take, { noise, draws, finite });
  for (const [i, values] of found.entries()) scores.set(values, begins[i] as number);
  return scores;
}

/**
 * The log-likelihood of every row under a flow or a mixture, nats, in batches so that any number of rows fits into memory.
 *
 * @throws DiffeoError `SHAPE`, `CONTEXT`, `DATA`, `NOT_FINITE` when the data do not fit the flow; `CONFIG` for options out of
 * range; `WORKER` when a worker dies.
 */
export async function score<P>(
  model: Density<P>,
  params: P,
  data: TensorDataset | Tensor,
  options: ScoreOptions = {},
): Promise<Float32Array> {
  requireDensity(model, 'score');
  requireOptions<ScoreOptions>('score', options, {
    batchSize: rowsOption,
    noise: seedNumber,
    draws: wholeNumber({ from: 1 }),
    workers: workersOption,
  });
  const dataset = holdDataset(model, data, 'the data', { takesWeights: true });
  const held = holdParams(model, params, 'score');
  try {
    await requireFinite(model, dataset, 'the data');
    return await scoreChecked(model, held, dataset, options);
  } finally {
    disposeDataset(dataset);
    disposeParams(model.layout, held);
  }
}
