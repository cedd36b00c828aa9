import {
  copyParams,
  DiffeoError,
  disposeParams,
  type Flow,
  type FlowParams,
  fold,
  type GradientMode,
  type Seed,
} from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { disposeSamples, requireSamples, rowsOf, type Samples, splitSamples, toSamples } from './samples.ts';
import { cosine, type Schedule } from './schedule.ts';
import { scoreChecked } from './score.ts';
import { type Training, trainingRun } from './training-run.ts';

/** How to train. Every option has a default that suits a few thousand rows or more of standardised data. */
export interface FitOptions {
  /** How many batches to descend on. Default 2000. */
  readonly steps?: number;
  /** Rows a batch; at most as many as there are. Default 256. */
  readonly batchSize?: number;
  /** Adam's learning rate at its highest. Default 2e-3. */
  readonly learningRate?: number;
  /** The factor on the learning rate at each step. Default `cosine()`. */
  readonly schedule?: Schedule;
  /** Longer gradients are shortened to this Euclidean norm. `Infinity` turns clipping off. Default 5. */
  readonly clipNorm?: number;
  /** Draws initial parameters, the validation split, batches and noise: the same seed repeats a run to the bit. Default 0. */
  readonly seed?: Seed;
  /** Parameters to go on from. They are copied, and started if they are not. Default: new ones. */
  readonly params?: FlowParams;
  /** Data to validate on, or the share of the training rows to split off for it; 0 for none. Default 0.1. */
  readonly validation?: Samples | Tensor | number;
  /** Steps between validations. Default: fifty in a run. */
  readonly validateEvery?: number;
  /** Validations without a new best after which training stops. `Infinity` for never. Default 20. */
  readonly patience?: number;
  /** Paths of parameters to leave alone. */
  readonly freeze?: (path: string) => boolean;
  /** `recompute` trades time for memory that does not grow with depth. Default `store`. */
  readonly gradient?: GradientMode;
  /** Ends the run early; what was reached is returned. */
  readonly signal?: AbortSignal;
  /** Called after every step; keep it quick. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Where a run stands. Losses are mean negative log-likelihoods in nats. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** Of this step's batch. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** The newest validation loss, if there is one. */
  readonly validation?: number;
  readonly seconds: number;
  /** Rows trained on a second. */
  readonly samplesPerSecond: number;
}

/** One point of the learning curve. */
export interface HistoryPoint {
  readonly step: number;
  /** Mean training loss since the point before, nats. */
  readonly train: number;
  readonly validation?: number;
}

/** What training reached. */
export interface Fitted {
  /** The best parameters on the validation data; without validation, the last. Owned by the caller. */
  readonly params: FlowParams;
  readonly history: readonly HistoryPoint[];
  /** Steps done. */
  readonly steps: number;
  /** The step at which `params` were reached. */
  readonly bestStep: number;
  /** `converged`: no better validation for `patience` validations. `cancelled`: by the signal. */
  readonly stopped: 'finished' | 'converged' | 'cancelled';
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

const ranges = {
  steps: [1, 1e9],
  batchSize: [1, 1e9],
  learningRate: [0, 1e3],
  clipNorm: [Number.MIN_VALUE, Infinity],
  validateEvery: [1, 1e9],
  patience: [1, Infinity],
} as const;

function requireOptions(options: FitOptions): void {
  for (const [name, [low, high]] of Object.entries(ranges)) {
    const value = options[name as keyof typeof ranges];
    if (value === undefined || (value >= low && value <= high)) continue;
    throw new DiffeoError('CONFIG', `fit: ${name} must be a number from ${low} to ${high}; got ${value}`);
  }
  for (const name of ['steps', 'batchSize', 'validateEvery'] as const) {
    const value = options[name];
    if (value !== undefined && !Number.isInteger(value)) {
      throw new DiffeoError('CONFIG', `fit: ${name} must be a whole number; got ${value}`);
    }
  }
}

/** Training and validation data, and whether this run made the tensors. */
async function prepare(model: Flow, data: Samples, validation: Samples | Tensor | number, seed: Seed) {
  await requireSamples(model, data, 'the training data');
  if (typeof validation !== 'number') {
    const given = toSamples(validation);
    await requireSamples(model, given, 'the validation data');
    return { train: data, validation: given, dispose: () => undefined };
  }
  if (!(validation >= 0 && validation < 1)) {
    throw new DiffeoError('CONFIG', `fit: validation must be data or a share from 0 to below 1; got ${validation}`);
  }
  if (validation === 0 || rowsOf(data) < 2) return { train: data, validation: null, dispose: () => undefined };
  const { kept, splitOff } = splitSamples(data, validation, seed);
  return {
    train: kept,
    validation: splitOff,
    dispose: () => {
      disposeSamples(kept);
      disposeSamples(splitOff);
    },
  };
}

/** Lets timers, input and the abort signal have their turn now and then. */
function breather(everyMilliseconds = 50): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < everyMilliseconds) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}

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
 * good parameters. `SHAPE`, `CONTEXT`, `DATA`, `CONFIG` for what does not fit.
 */
export async function fit(model: Flow, data: Samples | Tensor, options: FitOptions = {}): Promise<Fitted> {
  requireOptions(options);
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
  const prepared = await prepare(model, toSamples(data), options.validation ?? 0.1, fold(seed, 'validation'));
  const { train, validation } = prepared;
  const batchSize = Math.min(options.batchSize ?? 256, rowsOf(train));
  const run: Training = trainingRun(model, train, { ...options, seed, batchSize });

  const began = performance.now();
  const history: HistoryPoint[] = [];
  let best: { readonly params: FlowParams; readonly step: number; readonly loss: number } | null = null;
  let validated: number | undefined;
  let unimproved = 0;
  let losses: number[] = [];
  const breathe = breather();

  const elapsed = (): { seconds: number; samplesPerSecond: number } => {
    const seconds = (performance.now() - began) / 1000;
    return { seconds, samplesPerSecond: (run.step * batchSize) / Math.max(seconds, 1e-9) };
  };

  const validate = async (): Promise<void> => {
    if (validation) {
      const loss = -mean(await scoreChecked(model, run.params, validation, { noise: fold(seed, 'validation noise') }));
      validated = loss;
      unimproved++;
      if (best === null || loss < best.loss) {
        if (best) disposeParams(model.layout, best.params);
        best = { params: copyParams(model.layout, run.params), step: run.step, loss };
        unimproved = 0;
      }
    }
    history.push({ step: run.step, train: mean(losses), ...(validated !== undefined && { validation: validated }) });
    losses = [];
  };

  const finish = (stopped: Fitted['stopped']): Fitted => {
    const { params, step } = best ?? { params: copyParams(model.layout, run.params), step: run.step };
    best = null;
    return { params, history, steps: run.step, bestStep: step, stopped, ...elapsed() };
  };

  try {
    while (run.step < steps && unimproved < patience) {
      await breathe();
      if (signal?.aborted) return finish('cancelled');
      const rate = learningRate * schedule(run.step, steps);
      const { loss, gradientNorm, problem } = run.advance(rate);
      if (problem) {
        const cause = finish('cancelled');
        throw new DiffeoError(
          'NOT_FINITE',
          `training stopped at step ${run.step + 1}: ${problem}. The parameters from step ${cause.bestStep} are in error.cause.params. Try a lower learning rate, or look at the data for values far from the rest.`,
          { cause },
        );
      }
      losses.push(loss);
      if (run.step % validateEvery === 0 || run.step === steps) await validate();
      onProgress?.({
        step: run.step,
        steps,
        loss,
        gradientNorm,
        learningRate: rate,
        ...(validated !== undefined && { validation: validated }),
        ...elapsed(),
      });
    }
    return finish(run.step < steps ? 'converged' : 'finished');
  } finally {
    if (best) disposeParams(model.layout, (best as { params: FlowParams }).params);
    run.dispose();
    prepared.dispose();
  }
}
