import { DiffeoError, disposeParams, type Flow, type FlowParams, fold, type Seed, save } from '@diffeo/core';
import { requireOptions, seedNumber, wholeNumber } from '@diffeo/core/arguments';
import type { Tensor } from '@tensorflow/tfjs-core';
import { rowsOption, rowsTogether } from '../data/batch-size.ts';
import { type Dataset, disposeDataset, rowsOf, sliceRows } from '../data/dataset.ts';
import { holdDataset, holdParams, requireFlow } from '../data/hold.ts';
import { requireFinite } from '../data/require-finite.ts';
import { toHostDataset } from '../data/rows.ts';
import { shard } from '../parallel/shard.ts';
import { type Workers, type WorkersOptions, withWorkers } from '../parallel/workers.ts';
import { workersOption } from '../parallel/workers-option.ts';
import { preparedFor } from '../sampling/prepared.ts';
import { firstNotFinite } from '../training/diagnose.ts';

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

/** log of the mean of exp of several scores of each row, in float64. */
function meanProbability(several: readonly Float32Array[]): Float32Array {
  const [first] = several as [Float32Array, ...Float32Array[]];
  return first.map((_, row) => {
    const scores = several.map((draw) => draw[row] as number);
    const most = Math.max(...scores);
    if (most === -Infinity) return most;
    return most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0) / scores.length);
  });
}

/** How a batch is scored. */
export interface ScoreBatchOptions {
  readonly noise: Seed;
  readonly draws: number;
  /** Refuses rows whose score is infinite too, and not those alone whose score is no number. */
  readonly finite: boolean;
}

/** Which row of those given has no score, and why: the cause of the error. */
export interface UnscoredRow {
  readonly row: number;
  readonly reason: string;
}

/** Log-likelihoods of batches, by the number of each one's first row among all. `take` gives a batch, which is disposed here. */
export async function scoreBatches(
  model: Flow,
  params: FlowParams,
  begins: readonly number[],
  take: (begin: number) => Dataset,
  { noise, draws, finite }: ScoreBatchOptions,
): Promise<Float32Array[]> {
  const each = model.dequantizes ? draws : 1;
  const ready = preparedFor(model, params, each * begins.length);

  async function scoreOnce({ x, context }: Dataset, begin: number, seed: Seed): Promise<Float32Array> {
    const options = { ...(context && { context }), ...(model.dequantizes && { noise: seed }) };
    const logProb = ready.logProb(x, options);
    const values = (await logProb.data()) as Float32Array;
    logProb.dispose();
    const bad = values.findIndex((value) => (finite ? !Number.isFinite(value) : Number.isNaN(value)));
    if (bad < 0) return values;
    const row = begin + bad;
    const reason = firstNotFinite(model, params, x, options) ?? `its log-likelihood is ${values[bad]}`;
    const cause: UnscoredRow = { row, reason };
    throw new DiffeoError('NOT_FINITE', `row ${row} (counted from 0): ${reason}`, { cause });
  }

  const scores: Float32Array[] = [];
  try {
    for (const begin of begins) {
      const batch = take(begin);
      try {
        const seed = fold(noise, begin);
        const several: Float32Array[] = [];
        for (let draw = 0; draw < each; draw++) {
          several.push(await scoreOnce(batch, begin, draw === 0 ? seed : fold(seed, draw)));
        }
        scores.push(several.length === 1 ? (several[0] as Float32Array) : meanProbability(several));
      } finally {
        disposeDataset(batch);
      }
    }
  } finally {
    ready.dispose();
  }
  return scores;
}

/** How checked data are scored. */
export interface ScoreCheckedOptions extends ScoreOptions, Partial<Pick<ScoreBatchOptions, 'finite'>> {}

/**
 * Log-likelihoods of checked data, batch by batch.
 *
 * @throws DiffeoError `NOT_FINITE`, with {@link UnscoredRow} as its cause.
 */
export async function scoreChecked(
  model: Flow,
  params: FlowParams,
  dataset: Dataset,
  { batchSize = rowsTogether(model), noise = 0, draws = 1, workers, finite = false }: ScoreCheckedOptions,
): Promise<Float32Array> {
  const rows = rowsOf(dataset);
  const scores = new Float32Array(rows);
  const begins = Array.from({ length: Math.ceil(rows / batchSize) }, (_, i) => i * batchSize);
  if (workers) {
    const file = await save(model, params);
    const data = await toHostDataset(dataset);
    await withWorkers(model, workers, async (pool) => {
      const answers = await pool.ask((index) => ({
        type: 'score',
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
  const take = (begin: number): Dataset => sliceRows(dataset, begin, Math.min(batchSize, rows - begin));
  const found = await scoreBatches(model, params, begins, take, { noise, draws, finite });
  for (const [i, values] of found.entries()) scores.set(values, begins[i] as number);
  return scores;
}

/**
 * The log-likelihood of every row, nats, in batches so that any number of rows fits into memory.
 *
 * @throws DiffeoError `SHAPE`, `CONTEXT`, `DATA`, `NOT_FINITE` when the data do not fit the flow; `CONFIG` for options out of
 * range; `WORKER` when a worker dies.
 */
export async function score(
  model: Flow,
  params: FlowParams,
  data: Dataset | Tensor,
  options: ScoreOptions = {},
): Promise<Float32Array> {
  requireFlow(model, 'score');
  requireOptions<ScoreOptions>('score', options, {
    batchSize: rowsOption,
    noise: seedNumber,
    draws: wholeNumber({ from: 1 }),
    workers: workersOption,
  });
  const dataset = holdDataset(model, data, 'the data');
  const held = holdParams(model, params, 'score');
  try {
    await requireFinite(model, dataset, 'the data');
    return await scoreChecked(model, held, dataset, options);
  } finally {
    disposeDataset(dataset);
    disposeParams(model.layout, held);
  }
}
