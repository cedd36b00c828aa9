import { copyParams, DiffeoError, disposeParams, type Flow, fold } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Dataset, rowsOf, toDataset } from '../data/dataset.ts';
import { cosine } from '../optimisers/schedule.ts';
import { parallelTraining } from '../parallel/parallel-training.ts';
import { type WorkerPool, withWorkers } from '../parallel/workers.ts';
import { scoreChecked } from '../scores/score.ts';
import { localTraining, type Training } from '../training/training.ts';
import { type Best, type Checkpoint, disposeCheckpoint, packCheckpoint, unpackCheckpoint } from './checkpoint.ts';
import { checkpointThrottle } from './checkpoint-throttle.ts';
import { type Environment, environmentNow, requireSameEnvironment } from './environment.ts';
import { eventLoopYielder } from './event-loop-yielder.ts';
import { type FitOptions, type Fitted, type HistoryPoint, requireOptions, type Stopped } from './fit-options.ts';
import { requireExactRows } from './round-trip.ts';
import { type RunSettings, requireSameRun, runSettings } from './run-settings.ts';
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
 * gradient that is not finite: the message names the part, and `error.cause` is the {@link Stopped}, the best or last
 * good parameters with the newest checkpoint that was kept and the reason. `WORKER` when a worker dies, and `INEXACT` where the flow is not
 * exact enough for `recompute`, with the same cause. `SHAPE`, `CONTEXT`, `DATA`, `CONFIG` for what does not
 * fit, be it to a checkpoint or what `augment` returns, and `FILE` for what is no checkpoint of this flow.
 */
export async function fit(model: Flow, data: Dataset | Tensor, options: FitOptions = {}): Promise<Fitted> {
  requireOptions(options);
  const { workers, seed = 0, validation = 0.1 } = options;
  const prepared = await trainingData(model, toDataset(data), validation, fold(seed, 'validation'));
  try {
    if (!workers) return await fitOn(null, model, prepared, options);
    requireShares(typeof workers === 'number' ? workers : workers.count, batchSizeOf(options, prepared.train));
    return await withWorkers(model, workers, (pool) => fitOn(pool, model, prepared, options));
  } finally {
    prepared.dispose();
  }
}

/** Rows of a batch: there are no more than all. */
const batchSizeOf = ({ batchSize = 256 }: FitOptions, train: Dataset): number => Math.min(batchSize, rowsOf(train));

/** Asked before workers start, which takes its time. */
function requireShares(count: number, batchSize: number): void {
  if (count <= batchSize) return;
  throw new DiffeoError('CONFIG', `fit: ${count} workers cannot share a batch of ${batchSize} rows`);
}

/** The checkpoint to go on from, of a run like this one. */
function resumedFrom(
  model: Flow,
  bytes: Uint8Array | undefined,
  { settings, environment }: { readonly settings: RunSettings; readonly environment: Environment },
): Checkpoint | null {
  if (!bytes) return null;
  const checkpoint = unpackCheckpoint(model, bytes);
  try {
    requireSameEnvironment(environment, checkpoint.environment);
    requireSameRun(settings, checkpoint.settings);
  } catch (error) {
    disposeCheckpoint(model, checkpoint);
    throw error;
  }
  return checkpoint;
}

/** Begins on workers or on this thread, or goes on. What is resumed stays the caller's. */
async function begin(
  pool: WorkerPool | null,
  model: Flow,
  train: Dataset,
  options: FitOptions,
  { batchSize, seed }: RunSettings,
  resumed: Checkpoint | null,
): Promise<Training> {
  const { params, moments } = resumed ?? { params: options.params, moments: undefined };
  const start = { ...options, ...(params && { params }), moments, seed, batchSize };
  return pool ? await parallelTraining(pool, model, train, start) : localTraining(model, train, start);
}

/** {@link fit} with options and data that were checked. */
async function fitOn(
  pool: WorkerPool | null,
  model: Flow,
  data: { readonly train: Dataset; readonly validation: Dataset | null },
  options: FitOptions,
): Promise<Fitted> {
  const { train, validation } = data;
  const {
    steps = 2000,
    seed = 0,
    patience = 20,
    schedule = cosine(),
    learningRate = 2e-3,
    clipNorm = 5,
    gradient = 'store',
    freeze,
    signal,
    onProgress,
    onCheckpoint,
  } = options;
  const { validateEvery = Math.max(1, Math.round(steps / 50)) } = options;
  const batchSize = batchSizeOf(options, train);
  const settings = runSettings(model, data, {
    ...{ steps, batchSize, learningRate, clipNorm, seed, validateEvery, patience, gradient, schedule },
    workers: pool?.count ?? 0,
    augment: options.augment !== undefined,
    ema: options.ema ?? null,
    ...(freeze && { freeze }),
  });
  const environment = environmentNow(options.versions);
  const resumed = resumedFrom(model, options.resume, { settings, environment });
  let run: Training;
  try {
    run = await begin(pool, model, train, options, settings, resumed);
  } catch (error) {
    if (resumed) disposeCheckpoint(model, resumed);
    throw error;
  }
  if (resumed) disposeParams(model.layout, resumed.params);

  const { state } = resumed ?? {};
  const began = performance.now() - 1000 * (state?.seconds ?? 0);
  const history: HistoryPoint[] = [...(state?.history ?? [])];
  let best: Best | null = resumed?.best ?? null;
  let validated: number | undefined = state?.validated ?? undefined;
  let unimproved = state?.unimproved ?? 0;
  let losses: number[] = [...(state?.losses ?? [])];
  const breathe = eventLoopYielder();
  const pace = checkpointThrottle();
  /** The newest checkpoint that was kept, for when the run cannot go on. */
  let kept = resumed && options.resume ? { bytes: options.resume, step: resumed.state.step } : null;

  const timing = (done: number): { seconds: number; samplesPerSecond: number } => {
    const seconds = (performance.now() - began) / 1000;
    return { seconds, samplesPerSecond: (done * batchSize) / Math.max(seconds, 1e-9) };
  };

  const validate = async (): Promise<void> => {
    await requireRoundTrip();
    if (validation) {
      const { params: newest, step } = await run.newest();
      const averaged = await run.averaged();
      const options = { noise: fold(seed, 'validation noise'), ...(pool && { workers: pool }) };
      const scores = await scoreChecked(model, averaged ?? newest, validation, options).catch((error: unknown) => {
        if (averaged) disposeParams(model.layout, averaged);
        if (!(error instanceof DiffeoError && error.code === 'NOT_FINITE')) throw error;
        return stopNotFinite(`validation ${error.message}`);
      });
      const loss = -mean(scores);
      validated = loss;
      unimproved++;
      if (best === null || loss < best.loss) {
        if (best) disposeParams(model.layout, best.params);
        best = { params: averaged ?? copyParams(model.layout, newest), step, loss };
        unimproved = 0;
      } else if (averaged) disposeParams(model.layout, averaged);
    }
    history.push({ step: run.step, train: mean(losses), ...(validated !== undefined && { validation: validated }) });
    losses = [];
  };

  const checkpointed = async (): Promise<Uint8Array> => {
    const { params } = await run.newest();
    const { seconds } = timing(run.step);
    return await packCheckpoint(model, {
      settings,
      environment,
      state: { step: run.step, seconds, history, losses, validated: validated ?? null, unimproved },
      params,
      moments: await run.moments(),
      best,
    });
  };

  const over = (): boolean => run.step >= steps || unimproved >= patience;

  const keepCheckpoint = async (): Promise<void> => {
    if (over() || !pace.due) return;
    const started = performance.now();
    kept = { bytes: await checkpointed(), step: run.step };
    await onCheckpoint?.(kept.bytes);
    pace.took(performance.now() - started);
  };

  const finish = async (stopped: Fitted['stopped'], checkpoint: Uint8Array | null = null): Promise<Fitted> => {
    const newest = await run.newest();
    const averaged = best ? null : await run.averaged();
    const last = () => ({ params: averaged ?? copyParams(model.layout, newest.params), step: newest.step });
    const { params, step } = best ?? last();
    best = null;
    const peakBytes = await run.peakBytes();
    return { params, history, steps: run.step, bestStep: step, stopped, checkpoint, ...timing(run.step), peakBytes };
  };

  const stop = async (code: string, message: string, advice = ''): Promise<never> => {
    const fitted = await finish('cancelled', kept?.bytes);
    const { steps, bestStep } = fitted;
    const text = `training stopped at step ${steps}: ${message}. The parameters from step ${bestStep} are in error.cause.params.`;
    const more = kept ? ` A checkpoint of step ${kept.step} is in error.cause.checkpoint.` : '';
    const cause: Stopped = { ...fitted, reason: message, advice };
    throw new DiffeoError(code, `${text}${more}${advice && ` ${advice}`}`, { cause });
  };
  const stopNotFinite = (message: string): Promise<never> =>
    stop('NOT_FINITE', message, 'Try a lower learning rate, or look at the data for values far from the rest.');

  /** What is refused in the course of a run, such as what `augment` returns, comes with what was reached until then. */
  const couldNotStep = async (error: unknown): Promise<never> => {
    // A worker that died ends the run where everything else does.
    if (error instanceof DiffeoError && error.code !== 'WORKER' && run.step > 0) {
      return await stop(error.code, error.message);
    }
    throw error;
  };

  /** Gradients that rebuild what entered each layer are as good as the round trip that they rebuild it by. */
  const requireRoundTrip = async (): Promise<void> => {
    if (gradient !== 'recompute') return;
    const { params } = await run.newest();
    await requireExactRows(model, params, train, fold(seed, 'round trip')).catch((error: unknown) => {
      if (!(error instanceof DiffeoError && error.code === 'INEXACT')) throw error;
      return stop('INEXACT', error.message);
    });
  };

  /** Steps up to the next validation, or as many as are taken at once. */
  async function advance(): Promise<void> {
    const from = run.step;
    const until = Math.min(steps, from + run.stepsPerRequest, from + validateEvery - (from % validateEvery));
    const rates = Array.from({ length: until - from }, (_, i) => learningRate * schedule(from + i, steps));
    const taken = await Promise.resolve()
      .then(() => run.advance(rates))
      .catch(couldNotStep);
    for (const [i, { loss, gradientNorm, problem }] of taken.entries()) {
      const step = from + i + 1;
      if (problem) await stopNotFinite(problem.message);
      losses.push(loss);
      if (step % validateEvery === 0 || step === steps) {
        await validate();
        await keepCheckpoint();
      }
      const known = validated !== undefined && { validation: validated };
      onProgress?.({ step, steps, loss, gradientNorm, learningRate: rates[i] as number, ...known, ...timing(step) });
    }
  }

  try {
    await requireRoundTrip();
    while (!over()) {
      // Waiting for workers lets everything else have its turn too.
      if (!pool) await breathe();
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
