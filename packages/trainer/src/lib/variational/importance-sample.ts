import { DiffeoError, disposeParams, type Flow, type FlowParams, fold, type Seed, sizeOf } from '@diffeo/core';
import { requireOptions, seedNumber, wholeNumber } from '@diffeo/core/arguments';
import { tidied } from '@diffeo/core/engine';
import { sub } from '@tensorflow/tfjs-core';
import { rowsOption, rowsTogether } from '../data/batch-size.ts';
import { holdParams, requireFlow } from '../data/hold.ts';
import { type LogDensity, logDensityOf } from './variational-sampler.ts';

/** How many samples to weigh. */
export interface ImportanceSampleOptions {
  readonly count: number;
  readonly seed: Seed;
  /** How many are drawn at once. Samples depend on it. Default `rowsTogether`. */
  readonly batchSize?: number;
}

/** Samples of a flow and what they weigh under another density. */
export interface ImportanceSample {
  /** Row after row, `[count, ...eventShape]`. */
  readonly samples: Float32Array;
  /** log p(x) − log q(x) of each, nats. */
  readonly logWeights: Float64Array;
  /** The logarithm of the integral of p, nats: log of the mean weight. */
  readonly logEvidence: number;
  /** Its standard error, nats, as estimated from the weights; not to be believed where few samples have all the weight. */
  readonly standardError: number;
  /** The mean log-weight, which lies below the evidence by KL(flow ‖ p), nats (ELBO). */
  readonly bound: number;
  /** (Σ w)² / Σ w², from 1 to `count` (Kish 1965): how many samples of p itself these are worth. */
  readonly effectiveSampleSize: number;
}

/** What weights say, in float64, without leaving its range. */
function summarise(logWeights: Float64Array): Omit<ImportanceSample, 'samples' | 'logWeights'> {
  const count = logWeights.length;
  let most = -Infinity;
  let sum = 0;
  for (const weight of logWeights) {
    most = Math.max(most, weight);
    sum += weight;
  }
  if (most === -Infinity) {
    throw new DiffeoError('NOT_FINITE', 'importanceSample: no sample of the flow has any density there');
  }
  let [first, second] = [0, 0];
  for (const weight of logWeights) {
    const relative = Math.exp(weight - most);
    first += relative;
    second += relative * relative;
  }
  return {
    logEvidence: most + Math.log(first / count),
    standardError: Math.sqrt(Math.max(0, second / (first * first) - 1 / count)),
    bound: sum / count,
    effectiveSampleSize: (first * first) / second,
  };
}

/**
 * Importance sampling with a flow: samples of it, weighted by an unnormalised density, so that weighted means are those under the
 * density, exactly in the limit, however well the flow was fitted.
 *
 * @throws DiffeoError `SHAPE` where the log-density is not one number a row; `NOT_FINITE` where it is NaN or +Infinity, and where no
 * sample has any; `CONFIG`, `SEED`, `ONE_WAY`, `CONTEXT` for a flow with context, `PARAMETERS`.
 */
export async function importanceSample(
  model: Flow,
  params: FlowParams,
  logDensity: LogDensity,
  options: ImportanceSampleOptions,
): Promise<ImportanceSample> {
  requireFlow(model, 'importanceSample');
  requireOptions<ImportanceSampleOptions>('importanceSample', options, {
    count: { ...wholeNumber({ from: 1, code: 'SHAPE' }), required: true },
    seed: { ...seedNumber, required: true },
    batchSize: rowsOption,
  });
  if (model.contextShape) throw new DiffeoError('CONTEXT', 'importanceSample takes a flow without context');
  const { count, seed, batchSize = rowsTogether(model) } = options;
  const held = holdParams(model, params, 'importanceSample');
  const size = sizeOf(model.eventShape);
  const samples = new Float32Array(count * size);
  const logWeights = new Float64Array(count);
  try {
    for (let begin = 0; begin < count; begin += batchSize) {
      const [value, weights] = tidied(() => {
        const rows = Math.min(batchSize, count - begin);
        const drawn = model.sampleWithLogProb(held, { count: rows, seed: fold(seed, begin / batchSize) });
        return [drawn.value, sub(logDensityOf(logDensity, drawn.value, undefined), drawn.logProb)] as const;
      });
      try {
        samples.set(await value.data(), begin * size);
        logWeights.set(await weights.data(), begin);
      } finally {
        value.dispose();
        weights.dispose();
      }
    }
  } finally {
    disposeParams(model.layout, held);
  }
  const bad = logWeights.findIndex((weight) => Number.isNaN(weight) || weight === Infinity);
  if (bad >= 0) {
    const at = samples.subarray(bad * size, bad * size + Math.min(size, 8)).join(', ');
    throw new DiffeoError('NOT_FINITE', `importanceSample: the log-weight at [${at}] is ${logWeights[bad]}`);
  }
  return { samples, logWeights, ...summarise(logWeights) };
}
