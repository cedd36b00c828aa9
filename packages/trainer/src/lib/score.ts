import { DiffeoError, type Flow, type FlowParams, fold, type Seed, save } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { requireBatchSize, rowsTogether } from './batch-size.ts';
import { firstNotFinite } from './diagnose.ts';
import { portion } from './parallel/portion.ts';
import { type Workers, type WorkersOptions, withCrew } from './parallel/workers.ts';
import { toHostSamples } from './rows.ts';
import { disposeSamples, requireSamples, rowsOf, type Samples, sliceRows, toSamples } from './samples.ts';

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
}

/** Log-likelihoods of one batch, whose first row has the number `begin` among all. */
export async function scoreBatch(
  model: Flow,
  params: FlowParams,
  batch: Samples,
  begin: number,
  { noise, draws }: ScoreBatchOptions,
): Promise<Float32Array> {
  const several: Float32Array[] = [];
  for (let draw = 0; draw < (model.dequantizes ? draws : 1); draw++) {
    const seed = fold(noise, begin);
    several.push(await scoreOnce(model, params, batch, begin, draw === 0 ? seed : fold(seed, draw)));
  }
  return several.length === 1 ? (several[0] as Float32Array) : meanProbability(several);
}

async function scoreOnce(
  model: Flow,
  params: FlowParams,
  { x, context }: Samples,
  begin: number,
  noise: Seed,
): Promise<Float32Array> {
  const options = { ...(context && { context }), ...(model.dequantizes && { noise }) };
  const logProb = model.logProb(params, x, options);
  const values = (await logProb.data()) as Float32Array;
  logProb.dispose();
  const place = values.some(Number.isNaN) ? firstNotFinite(model, params, x, options) : null;
  if (place) throw new DiffeoError('NOT_FINITE', `rows ${begin} to ${begin + values.length - 1}: ${place}`);
  return values;
}

/** Log-likelihoods of checked data, batch by batch. */
export async function scoreChecked(
  model: Flow,
  params: FlowParams,
  samples: Samples,
  { batchSize = rowsTogether(model), noise = 0, draws = 1, workers }: ScoreOptions,
): Promise<Float32Array> {
  const rows = rowsOf(samples);
  const scores = new Float32Array(rows);
  if (workers) {
    const file = await save(model, params);
    const data = await toHostSamples(samples);
    const begins = Array.from({ length: Math.ceil(rows / batchSize) }, (_, i) => i * batchSize);
    await withCrew(model, workers, async (crew) => {
      const answers = await crew.ask((index) => ({
        type: 'score',
        file,
        data,
        begins: portion(begins, index, crew.count),
        batchSize,
        noise,
        draws,
      }));
      for (const [i, values] of answers.flat().entries()) scores.set(values, begins[i] as number);
    });
    return scores;
  }
  for (let begin = 0; begin < rows; begin += batchSize) {
    const batch = sliceRows(samples, begin, Math.min(batchSize, rows - begin));
    try {
      scores.set(await scoreBatch(model, params, batch, begin, { noise, draws }), begin);
    } finally {
      disposeSamples(batch);
    }
  }
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
  data: Samples | Tensor,
  options: ScoreOptions = {},
): Promise<Float32Array> {
  const { draws = 1, batchSize } = options;
  if (batchSize !== undefined) requireBatchSize(batchSize);
  if (!(Number.isSafeInteger(draws) && draws >= 1)) {
    throw new DiffeoError('CONFIG', `score: draws must be a whole number of 1 or more; got ${draws}`);
  }
  const samples = toSamples(data);
  await requireSamples(model, samples, 'the data');
  return scoreChecked(model, params, samples, options);
}
