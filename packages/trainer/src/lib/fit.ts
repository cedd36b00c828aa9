import { copyParams, DiffeoError, disposeParams, type Flow, type FlowParams, fold } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { breather } from './breather.ts';
import { type FitOptions, type Fitted, type HistoryPoint, requireOptions } from './fit-options.ts';
import { parallelTraining } from './parallel/parallel-training.ts';
import { type Crew, withCrew } from './parallel/workers.ts';
import { largestRoundTrip, roundTripError } from './round-trip.ts';
import { rowsOf, type Samples, toSamples } from './samples.ts';
import { cosine } from './schedule.ts';
import { scoreChecked } from './score.ts';
import { localTraining, type Training } from './training.ts';
import { trainingData } from './training-data.ts';

const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
};

/**
 * Fits a flow to data by maximum likelihood: Adam on mini-batches, with gradient clipping, a learning-rate schedule,
 * validation, early stopping and the best parameters restored. The data stay the caller's.
 *
 * @throws DiffeoError `NOT_FINITE` when data hold NaN or infinity (row and position named), and at the first loss or
 * gradient that is not finite: the message names the part, and `error.cause` is the {@link Fitted} of the best or last
 * good parameters. `WORKER` when a worker dies, and `INEXACT` where the flow is not exact enough for `recompute`, with the
 * same cause. `SHAPE`, `CONTEXT`, `DATA`, `CONFIG` for what does not
 * fit.
 */
export async function fit(model: Flow, data: Samples | Tensor, options: FitOptions = {}): Promise<Fitted> {
  requireOptions(options);
  const { workers, seed = 0, validation = 0.1 } = options;
  const prepared = await trainingData(model, toSamples(data), validation, fold(seed, 'validation'));
  try {
    if (!workers) return await fitOn(null, model, prepared, options);
    return await withCrew(model, workers, (crew) => fitOn(crew, model, prepared, options));
  } finally {
    prepared.dispose();
  }
}

/** Begins on workers or on this thread. */
function begin(crew: Crew | null, model: Flow, train: Samples, options: FitOptions, batchSize: number) {
  const start = { ...options, seed: options.seed ?? 0, batchSize };
  if (!crew) return localTraining(model, train, start);
  if (crew.count <= batchSize) return parallelTraining(crew, model, train, start);
  throw new DiffeoError('CONFIG', `fit: ${crew.count} workers cannot share a batch of ${batchSize} rows`);
}

/** {@link fit} with options and data that were checked. */
async function fitOn(
  crew: Crew | null,
  model: Flow,
  { train, validation }: { readonly train: Samples; readonly validation: Samples | null },
  options: FitOptions,
): Promise<Fitted> {
  const {
    steps = 2000,
    seed = 0,
    patience = 20,
    schedule = cosine(),
    learningRate = 2e-3,
    signal,
    onProgress,
  } = options;
  const { validateEvery = Math.max(1, Math.round(steps / 50)) } = options;
  const batchSize = Math.min(options.batchSize ?? 256, rowsOf(train));
  const run: Training = await begin(crew, model, train, options, batchSize);

  const began = performance.now();
  const history: HistoryPoint[] = [];
  let best: { readonly params: FlowParams; readonly step: number; readonly loss: number } | null = null;
  let validated: number | undefined;
  let unimproved = 0;
  let losses: number[] = [];
  const breathe = breather();

  const timing = (done: number): { seconds: number; samplesPerSecond: number } => {
    const seconds = (performance.now() - began) / 1000;
    return { seconds, samplesPerSecond: (done * batchSize) / Math.max(seconds, 1e-9) };
  };

  const validate = async (): Promise<void> => {
    await requireRoundTrip();
    if (validation) {
      const { params, step } = await run.newest();
      const options = { noise: fold(seed, 'validation noise'), ...(crew && { workers: crew }) };
      const scores = await scoreChecked(model, params, validation, options).catch((error: unknown) => {
        if (!(error instanceof DiffeoError && error.code === 'NOT_FINITE')) throw error;
        return stopNotFinite(`validation ${error.message}`);
      });
      const loss = -mean(scores);
      validated = loss;
      unimproved++;
      if (best === null || loss < best.loss) {
        if (best) disposeParams(model.layout, best.params);
        best = { params: copyParams(model.layout, params), step, loss };
        unimproved = 0;
      }
    }
    history.push({ step: run.step, train: mean(losses), ...(validated !== undefined && { validation: validated }) });
    losses = [];
  };

  const finish = async (stopped: Fitted['stopped']): Promise<Fitted> => {
    const newest = await run.newest();
    const { params, step } = best ?? { params: copyParams(model.layout, newest.params), step: newest.step };
    best = null;
    const peakBytes = await run.peakBytes();
    return { params, history, steps: run.step, bestStep: step, stopped, ...timing(run.step), peakBytes };
  };

  const stop = async (code: string, message: string, advice = ''): Promise<never> => {
    const cause = await finish('cancelled');
    const { steps, bestStep } = cause;
    const text = `training stopped at step ${steps}: ${message}. The parameters from step ${bestStep} are in error.cause.params.`;
    throw new DiffeoError(code, text + advice, { cause });
  };
  const stopNotFinite = (message: string): Promise<never> =>
    stop('NOT_FINITE', message, ' Try a lower learning rate, or look at the data for values far from the rest.');

  /** Gradients that rebuild what entered each layer are as good as the round trip that they rebuild it by. */
  const requireRoundTrip = async (): Promise<void> => {
    if (options.gradient !== 'recompute') return;
    const { params } = await run.newest();
    const error = roundTripError(model, params, train, fold(seed, 'round trip'));
    if (error <= largestRoundTrip) return;
    const found = `a round trip through the flow comes back ${error.toExponential(1)} of the largest value away`;
    const advice = ` Use gradient: 'checkpoint' or 'store', which do not need it, or a lower learning rate or bound.`;
    await stop('INEXACT', `${found}, which is too far for gradient: 'recompute'`, advice);
  };

  /** Steps up to the next validation, or as many as are taken at once. */
  async function advance(): Promise<void> {
    const from = run.step;
    const until = Math.min(steps, from + run.stride, from + validateEvery - (from % validateEvery));
    const rates = Array.from({ length: until - from }, (_, i) => learningRate * schedule(from + i, steps));
    const taken = await run.advance(rates);
    for (const [i, { loss, gradientNorm, problem }] of taken.entries()) {
      const step = from + i + 1;
      if (problem) await stopNotFinite(problem.message);
      losses.push(loss);
      if (step % validateEvery === 0 || step === steps) await validate();
      const known = validated !== undefined && { validation: validated };
      onProgress?.({ step, steps, loss, gradientNorm, learningRate: rates[i] as number, ...known, ...timing(step) });
    }
  }

  try {
    await requireRoundTrip();
    while (run.step < steps && unimproved < patience) {
      // Waiting for workers lets everything else have its turn too.
      if (!crew) await breathe();
      if (signal?.aborted) return await finish('cancelled');
      await advance();
    }
    return await finish(run.step < steps ? 'converged' : 'finished');
  } catch (error) {
    if (!(error instanceof DiffeoError && error.code === 'WORKER')) throw error;
    return await stop('WORKER', error.message);
  } finally {
    if (best) disposeParams(model.layout, (best as { params: FlowParams }).params);
    await run.dispose();
  }
}
