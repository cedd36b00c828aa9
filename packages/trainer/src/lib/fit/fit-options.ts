import type { FlowParams, GradientMode, Seed } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Augment } from '../data/augment.ts';
import type { RowPlace } from '../data/row-place.ts';
import type { TensorDataset } from '../data/tensor-dataset.ts';
import type { Workers, WorkersOptions } from '../executor/workers.ts';
import type { OptimiserSpec } from '../optimisers/optimiser.ts';
import type { Schedule, ScheduleSpec } from '../optimisers/schedule.ts';
import type { Warning } from '../warnings/warning.ts';

/** How to train. Every option has a default that suits a few thousand rows or more of standardised data. */
export interface FitOptions {
  /** How many steps to take, each on a batch. Default 2000. */
  readonly steps?: number;
  /** Rows a batch; at most as many as there are. Default 256. */
  readonly batchSize?: number;
  /** The learning rate at its highest. Default 2e-3, which is for Adam. */
  readonly learningRate?: number;
  /** What takes the steps: `adam()`, `adamW()`, `sgd()`, `lion()`, a `chain()`, or one of your own. Default `adam()`. */
  readonly optimiser?: OptimiserSpec;
  /** The factor on the learning rate at each step, or the JSON of one. Default `cosine()`. */
  readonly schedule?: Schedule | ScheduleSpec;
  /** Longer gradients are shortened to this Euclidean norm. `Infinity` turns clipping off. Whatever the optimiser clips comes after. Default 5. */
  readonly clipNorm?: number;
  /** Draws initial parameters, the validation split, batches and noise: the same seed repeats a run to the bit. Default 0. */
  readonly seed?: Seed;
  /** Parameters to go on from. They are copied, and started if they are not. Default: new ones. */
  readonly params?: FlowParams;
  /** Data to validate on, or the share of the training rows to split off for it; 0 for none. Default 0.1. */
  readonly validation?: TensorDataset | Tensor | number;
  /**
   * Steps between validations. The parameters before the first step are validated in any case, and are the best until others
   * are better. Default: fifty in a run, and before the first of these after 1, 2, 4, 8 … steps, since a small table is
   * overfitted soon; fewer in a run that is short for its validation rows, so that they take less than a tenth of the time.
   */
  readonly validateEvery?: number;
  /**
   * How many of the validation rows are scored at each validation: a sample drawn by the seed, the same each time. `Infinity`
   * for all. Default: a fifth as many as are trained on from one validation to the next, 2000 at least.
   */
  readonly validationRows?: number;
  /**
   * Validations without a new best after which training stops. Those at the regular distance count; the early ones between
   * them do not. `Infinity` for never. Default 20.
   */
  readonly patience?: number;
  /**
   * Keeps a running mean of the parameters, of which each step lets so much stay (0 to 1; 0.999, say), and validates and
   * returns it in the place of the newest parameters: it lies below the noise that batches bring in. Less stays at
   * first, min(ema, (1 + t) / (10 + t)) after step t, so that it does not hang on to the beginning. Default: none.
   */
  readonly ema?: number;
  /** Paths of parameters to leave alone. */
  readonly freeze?: (path: string) => boolean;
  /**
   * Makes another batch of each batch before the step that is taken on it, drawn by a seed of that step: `horizontalFlips()`
   * of `@diffeo/datasets` mirrors images. Neither validation data nor the rows that a flow starts from go through it. Shapes
   * must stay, and numbers be such as data may have. A function cannot be posted to workers: they take what one of their
   * modules exports as `augment`, or what `serveFlows` was given. Default: batches as they are.
   */
  readonly augment?: Augment;
  /**
   * What is kept for gradients: `store` everything; `checkpoint` what enters each layer, for the time of one more run of the
   * networks inside; `recompute` nothing but what comes out, so that memory does not grow with depth, in a little more time
   * again. `recompute` needs a flow whose round trip is exact, which is checked on some rows at each validation. Default
   * `store`.
   */
  readonly gradient?: GradientMode;
  /**
   * Workers that share every batch among them, or how many to start for this run. The same number gives the same
   * parameters to the bit. Default, and 0: this thread alone.
   */
  readonly workers?: number | WorkersOptions | Workers;
  /**
   * Goes on with a run that ended before its time, from `Fitted.checkpoint` or what `onCheckpoint` was given: with the same
   * flow, data and options, what comes out is what would have come out without the interruption, to the bit. Others are
   * refused. `params` is not looked at.
   */
  readonly resume?: Uint8Array;
  /**
   * Versions of what results depend on and `fit` cannot see, as of the packages that layers come from. Checkpoints name
   * them beside the backend, the kernels and the engine, and a run goes on under the same alone.
   */
  readonly versions?: Readonly<Record<string, string>>;
  /**
   * Called with a checkpoint for `resume`, so that a run survives the end of its process: after the first step, and then
   * every 5 seconds or more, and so that checkpoints take a twentieth of the time at most. What it returns is waited for, and
   * what it throws ends the run. The bytes are to be read, not changed.
   */
  readonly onCheckpoint?: (checkpoint: Uint8Array) => void | Promise<void>;
  /** Ends the run early; what was reached is returned, and a checkpoint to go on from. */
  readonly signal?: AbortSignal;
  /**
   * Called after every step; keep it quick. A promise that it returns is waited for, so a run can be watched, paused and gone on
   * with. `run` reaches the parameters meanwhile.
   */
  readonly onProgress?: (progress: Progress, run: LiveRun) => unknown;
  /**
   * Called at each validation, that before the first step included, with the parameters: for pictures of a flow as it learns. What
   * it returns is waited for, and what it throws ends the run. A run that goes on from a checkpoint does not repeat what came before.
   */
  readonly onValidation?: (validated: Validated) => unknown;
}

/** How to minimise: as in {@link FitOptions}, but for how the likelihood's gradient is taken. */
export interface MinimiseOptions extends Omit<FitOptions, 'gradient'> {
  /**
   * Data of which the loss gets a batch each time, as `x`, `context` and `weights` (whose mean over all rows is made 1). Default: none,
   * and the loss draws all that it needs.
   */
  readonly data?: TensorDataset | Tensor;
  /**
   * Whether steps are captured and replayed. `false` for a loss that depends on more than its arguments: on a variable of your
   * program that changes, say. Default true.
   */
  readonly replay?: boolean;
}

/** What a validation found, and the parameters that it was of. */
export interface Validated {
  /** Steps done; 0 before the first. */
  readonly step: number;
  /** Nats, of a fit. */
  readonly loss: number;
  /** Whether it is the lowest so far. */
  readonly isBest: boolean;
  readonly seconds: number;
  /**
   * With `ema` the means. They are the run's, and right until `onValidation` returns, or what it promises is there: read them,
   * and neither change nor dispose of them.
   */
  readonly params: FlowParams;
}

/** A run between two of its steps. */
export interface LiveRun {
  /**
   * The newest parameters to be had. They are the run's: read them before the promise that `onProgress` returned is settled,
   * neither change nor dispose of them. Optimisers may write the next ones into the same tensors.
   */
  newest(): Promise<{ readonly params: FlowParams; readonly step: number }>;
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
  /** The best parameters on the validation data; without validation, the last. With `ema`, of the means. Owned by the caller. */
  readonly params: FlowParams;
  readonly history: readonly HistoryPoint[];
  /** Steps done. */
  readonly steps: number;
  /** The validation loss before the first step, nats; `null` without validation. */
  readonly startValidation: number | null;
  /** How many rows were scored at each validation; 0 without. */
  readonly validationRows: number;
  /** The step at which `params` were reached: 0 where none was better than those that the run began with. */
  readonly bestStep: number;
  /** Whether validation found nothing better than the parameters that the run began with, which are returned. */
  readonly startWasBest: boolean;
  /**
   * What whoever uses the model has to know: data that have no density or few numbers far out (of vectors, up to 4 million
   * numbers), contexts far from unit scale, nothing learned, one dimension that is but a Gaussian.
   */
  readonly warnings: readonly Warning[];
  /** `converged`: no better validation for `patience` validations. `cancelled`: by the signal. */
  readonly stopped: 'finished' | 'converged' | 'cancelled';
  /**
   * What `FitOptions.resume` takes: of a run that its signal ended, where it stood; in the cause of an error, the newest that
   * was kept, or what was resumed from. Otherwise `null`.
   */
  readonly checkpoint: Uint8Array | null;
  readonly seconds: number;
  readonly samplesPerSecond: number;
  /**
   * The most memory that was taken at once during the run, bytes: of the heap of WebAssembly, and those of all workers, data
   * and whatever else lies there included. Without the kernels, the length of the heap, which never shrinks; `null` on
   * another backend.
   */
  readonly peakBytes: number | null;
}

/** What an error's cause is where training could not go on. */
export interface Stopped extends Fitted {
  /** What ended it, as the message says. */
  readonly reason: string;
  /** What to do about it, if that is known. */
  readonly advice: string;
  /** The row that is to blame, where one was found. */
  readonly place: RowPlace | null;
}
