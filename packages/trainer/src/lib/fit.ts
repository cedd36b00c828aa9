import { copyParams, DiffeoError, disposeParams, type Flow, fold, leaves, sizeOf } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { breather } from './breather.ts';
import {
  type Best,
  type Checkpoint,
  packCheckpoint,
  type RunSettings,
  requireSameRun,
  unpackCheckpoint,
} from './checkpoint.ts';
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
 * fit, be it to a checkpoint, and `FILE` for what is no checkpoint of this flow.
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

/** How many numbers are trained. */
const countTrained = (model: Flow, freeze: FitOptions['freeze']): number =>
  leaves(model.layout, {}).reduce(
    (count, { path, leaf }) => count + (leaf.trainable && !freeze?.(path) ? sizeOf(leaf.shape) : 0),
    0,
  );

/** The checkpoint to go on from, of a run like this one. */
function resumedFrom(model: Flow, bytes: Uint8Array | undefined, settings: RunSettings): Checkpoint | null {
  if (!bytes) return null;
  const checkpoint = unpackCheckpoint(model, bytes);
  try {
    requireSameRun(settings, checkpoint);
  } catch (error) {
    disposeParams(model.layout, checkpoint.params);
    if (checkpoint.best) disposeParams(model.layout, checkpoint.best.params);
    throw error;
  }
  return checkpoint;
}

/** Begins on workers or on this thread, or goes on. */
function begin(
  crew: Crew | null,
  model: Flow,
  train: Samples,
  options: FitOptions,
  { batchSize, seed }: RunSettings,
  resumed: Checkpoint | null,
) {
  const { params, moments } = resumed ?? { params: options.params, moments: undefined };
  const start = { ...options, ...(params && { params }), moments, seed, batchSize };
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
    clipNorm = 5,
    signal,
    onProgress,
  } = options;
  const { validateEvery = Math.max(1, Math.round(steps / 50)) } = options;
  const batchSize = Math.min(options.batchSize ?? 256, rowsOf(train));
  const settings: RunSettings = {
    ...{ steps, batchSize, learningRate, clipNorm, seed, validateEvery },
    rows: rowsOf(train),
    trained: countTrained(model, options.freeze),
  };
  const resumed = resumedFrom(model, options.resume, settings);
  const run: Training = await begin(crew, model, train, options, settings, resumed);
  if (resumed) disposeParams(model.layout, resumed.params);

  const { state } = resumed ?? {};
  const began = performance.now() - 1000 * (state?.seconds ?? 0);
  const history: HistoryPoint[] = [...(state?.history ?? [])];
  let best: Best | null = resumed?.best ?? null;
  let validated: number | undefined = state?.validated ?? undefined;
  let unimproved = state?.unimproved ?? 0;
  let losses: number[] = [...(state?.losses ?? [])];
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

  const checkpointed = async (): Promise<Uint8Array> => {
    const { params } = await run.newest();
    const { seconds } = timing(run.step);
    return await packCheckpoint(model, {
      settings,
      state: { step: run.step, seconds, history, losses, validated: validated ?? null, unimproved },
      params,
      moments: await run.moments(),
      best,
    });
  };

  const finish = async (stopped: Fitted['stopped'], checkpoint: Uint8Array | null = null): Promise<Fitted> => {
    const newest = await run.newest();
    const { params, step } = best ?? { params: copyParams(model.layout, newest.params), step: newest.step };
    best = null;
    const peakBytes = await run.peakBytes();
    return { params, history, steps: run.step, bestStep: step, stopped, checkpoint, ...timing(run.step), peakBytes };
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
      if (signal?.aborted) return await finish('cancelled', await checkpointed());
      await advance();
    }
    return await finish(run.step < steps ? 'converged' : 'finished');
  } catch (error) {
    if (!(error instanceof DiffeoError && error.code === 'WORKER')) throw error;
    return await stop('WORKER', error.message);
  } finally {
    if (best) disposeParams(model.layout, (best as Best).params);
    await run.dispose();
  }
}
