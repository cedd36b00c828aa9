import { DiffeoError, type Flow, type FlowParams, fold, type Seed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { firstNotFinite } from './diagnose.ts';
import { disposeSamples, requireSamples, rowsOf, type Samples, sliceRows, toSamples } from './samples.ts';

export interface ScoreOptions {
  /** How many rows go through the flow at once. Default 4096. */
  readonly batchSize?: number;
  /** Draws the dequantization noise, where there is any. Default 0. */
  readonly noise?: Seed;
}

/** Log-likelihoods of checked data, batch by batch. */
export async function scoreChecked(
  model: Flow,
  params: FlowParams,
  samples: Samples,
  { batchSize = 4096, noise = 0 }: ScoreOptions,
): Promise<Float32Array> {
  const rows = rowsOf(samples);
  const scores = new Float32Array(rows);
  for (let begin = 0; begin < rows; begin += batchSize) {
    const batch = sliceRows(samples, begin, Math.min(batchSize, rows - begin));
    const options = {
      ...(batch.context && { context: batch.context }),
      ...(model.dequantizes && { noise: fold(noise, begin) }),
    };
    const logProb = model.logProb(params, batch.x, options);
    const values = (await logProb.data()) as Float32Array;
    logProb.dispose();
    const place = values.some(Number.isNaN) ? firstNotFinite(model, params, batch.x, options) : null;
    disposeSamples(batch);
    if (place) throw new DiffeoError('NOT_FINITE', `rows ${begin} to ${begin + values.length - 1}: ${place}`);
    scores.set(values, begin);
  }
  return scores;
}

/**
 * The log-likelihood of every row, nats, in batches so that any number of rows fits into memory.
 *
 * @throws DiffeoError `SHAPE`, `CONTEXT`, `DATA`, `NOT_FINITE` when the data do not fit the flow.
 */
export async function score(
  model: Flow,
  params: FlowParams,
  data: Samples | Tensor,
  options: ScoreOptions = {},
): Promise<Float32Array> {
  const samples = toSamples(data);
  await requireSamples(model, samples, 'the data');
  return scoreChecked(model, params, samples, options);
}
