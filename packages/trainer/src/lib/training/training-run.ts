import {
  copyParams,
  disposeParams,
  type Flow,
  type FlowParams,
  fold,
  type GradientMode,
  type LogProbOptions,
  leaves,
  negativeLogLikelihood,
  type Seed,
  type Shape,
  shuffled,
  sizeOf,
} from '@diffeo/core';
import { copyTensor } from '@diffeo/core/engine';
import { gradients, type NamedGradient } from '@diffeo/core/gradients';
import { capture } from '@diffeo/kernels-wasm';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { type Augment, augmented } from '../data/augment.ts';
import { batches } from '../data/batches.ts';
import { type Dataset, disposeDataset, rowsOf, takeRows } from '../data/dataset.ts';
import type { RowSource } from '../data/rows.ts';
import {
  type Descent,
  descent,
  type Gradient,
  type Moments,
  type Parts,
  type SharedStep,
} from '../optimisers/descent.ts';
import { firstGradientNotFinite, firstNotFinite, rowNotFinite } from './diagnose.ts';
import { listInputs, namedInputs } from './flow-inputs.ts';
import { parameterAverage } from './parameter-average.ts';
import { trainableTensors } from './trainable-tensors.ts';

/** Why a step was not taken. */
export interface Problem {
  readonly message: string;
  /** Whether the part or the parameter that is to blame was found. */
  readonly located: boolean;
  /** The row of the data that is to blame, where not all of a batch are. */
  readonly row: number | null;
}

/** What one step did. With a `problem` it changed nothing. */
export interface Step {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly problem: Problem | null;
}

/**
 * The loss of a batch and its gradient, a tensor for each trained leaf. Of a share of a batch, what the share adds to them:
 * the slopes of all shares sum up to that of the batch.
 */
interface Slope {
  readonly loss: number;
  readonly gradient: readonly Tensor[];
}

/** A run of training, step by step. It owns its parameters and the optimiser's state. */
export interface TrainingRun {
  readonly params: FlowParams;
  /** How many numbers are trained. */
  readonly size: number;
  /** The slope on the next batch, or this run's share of it. Its tensors are the run's, until the next. */
  slope(): Slope;
  /** Whether workers can share the work of a step. */
  readonly shares: boolean;
  /** Goes down the gradient of a batch with this loss, the sum of those given in their order. */
  descend(loss: number, gradients: readonly Gradient[], learningRate: number, share?: Parts | SharedStep): Step;
  /** The running mean of what is trained, where one is kept; it goes on changing. */
  readonly average: Float32Array | null;
  /** The optimiser's state, and that mean. */
  moments(): Moments;
  dispose(): void;
}

/**
 * Rows from which what starts from data starts: enough for means and variances, few enough for one pass, in which all that
 * lies between the layers of images is held at once.
 */
const startRows = (eventShape: Shape): number =>
  Math.min(16384, Math.max(256, Math.floor(2 ** 18 / sizeOf(eventShape))));

/** Parameters to train: those given, copied, or new ones; started where they are not. Owned by the caller. */
export async function startedParams(
  model: Flow,
  train: Dataset,
  { params, seed }: { readonly params?: FlowParams; readonly seed: Seed },
): Promise<FlowParams> {
  const initial = params ? copyParams(model.layout, params) : model.init(fold(seed, 'init'));
  const started = leaves(model.layout, initial).every(({ tensor }) => tensor !== null);
  if (started) return initial;
  // Files are often sorted: the first rows would not stand for the rest.
  const rows = shuffled(rowsOf(train), fold(seed, 'start rows')).subarray(0, startRows(model.eventShape));
  const taken = takeRows(train, rows);
  const { x, context } = taken;
  try {
    return await model.start(initial, x, { ...(context && { context }), noise: fold(seed, 'start') });
  } catch (error) {
    disposeParams(model.layout, initial);
    throw error;
  } finally {
    disposeDataset(taken);
  }
}

/** How a run steps. What the options mean is said at `FitOptions`. */
export interface TrainingOptions {
  readonly seed: Seed;
  readonly batchSize: number;
  readonly clipNorm?: number;
  readonly freeze?: (path: string) => boolean;
  readonly gradient?: GradientMode;
  readonly augment?: Augment | undefined;
  /** Keeps a mean of the parameters, which decays so. */
  readonly ema?: number | undefined;
  /** Which share of every batch is this run's. Default: all of it. */
  readonly share?: { readonly index: number; readonly count: number };
  /** The optimiser's state to go on from, after as many steps. Default: from the beginning. */
  readonly moments?: Moments | undefined;
}

/** What the newest slope was taken on: for the search for what is not finite. */
interface Newest {
  readonly batch: Dataset;
  /** The numbers of its rows. */
  readonly rows: Int32Array;
  readonly call: LogProbOptions;
  /** The share's part of the batch. */
  readonly weight: number;
  readonly gradients: readonly NamedGradient[];
}

/** Tensors of which no two share their memory: sums of gradients are made where the first of them is. */
function unaliased(tensors: readonly Tensor[]): readonly Tensor[] {
  const known = new Set<object>();
  return tensors.map((tensor) => {
    if (!known.has(tensor.dataId)) {
      known.add(tensor.dataId);
      return tensor;
    }
    const copy = copyTensor(tensor);
    tensor.dispose();
    return copy;
  });
}

/** The rows of a batch that belong to a share: of equal sizes, or of sizes that differ by one. */
function shareOf(rows: Int32Array, { index, count }: { readonly index: number; readonly count: number }): Int32Array {
  const edge = (i: number) => Math.round((i * rows.length) / count);
  return rows.subarray(edge(index), edge(index + 1));
}

/** Starts a run on data that were checked, from started parameters, which are the run's from here on. */
export function trainingRun(model: Flow, train: RowSource, initial: FlowParams, options: TrainingOptions): TrainingRun {
  const { seed, batchSize, gradient, augment, share = { index: 0, count: 1 } } = options;
  const { clipNorm = 5, freeze = () => false, moments, ema } = options;
  let down: Descent;
  try {
    down = descent(model, initial, { clipNorm, freeze, moments });
  } catch (error) {
    disposeParams(model.layout, initial);
    throw error;
  }
  const trained = () => trainableTensors(model.layout, down.params, freeze);
  const average = ema === undefined ? null : parameterAverage(ema, trained(), moments?.average);
  let step = moments?.step ?? 0;
  const order = batches(train.count, batchSize, fold(seed, 'batches'), step);
  // Every share draws noise of its own.
  const noiseSeed = share.count === 1 ? seed : fold(seed, `share ${share.index}`);
  let newest: Newest | null = null;
  /** The loss of a share of a batch, and its gradient. The call is the newest's. */
  const sloping = capture((inputs) => {
    const { call, weight } = newest as Newest;
    const { x, ...given } = namedInputs(model, inputs);
    const lossOf = (tree: FlowParams): Tensor => {
      const loss = negativeLogLikelihood(model, tree, x, { ...call, ...given });
      return weight === 1 ? loss : mul(loss, weight);
    };
    const { value, gradients: slopes } = gradients(model.layout, down.params, lossOf, { freeze });
    return [value, ...unaliased(slopes.map(({ tensor }) => tensor))];
  });
  const paths = leaves(model.layout, initial).flatMap(({ path, leaf }) =>
    leaf.trainable && !freeze(path) ? [path] : [],
  );

  function release(): void {
    if (!newest) return;
    sloping.release();
    disposeDataset(newest.batch);
    newest = null;
  }

  function diagnose(loss: number, gradientNorm: number): Problem {
    const message = `the loss is ${loss} and the gradient's norm ${gradientNorm}`;
    if (!newest) return { message, located: false, row: null };
    const { batch, rows, call, gradients: found } = newest;
    const part = firstNotFinite(model, down.params, batch.x, call);
    const place = part ?? firstGradientNotFinite(found);
    const row = part === null ? null : rowNotFinite(model, down.params, batch.x, call);
    return { message: place ?? message, located: place !== null, row: row === null ? null : (rows[row] as number) };
  }

  return {
    get params() {
      return down.params;
    },
    size: down.size,
    shares: down.shares,
    slope: () => {
      release();
      const whole = order.next().value;
      const rows = shareOf(whole, share);
      const weight = rows.length / whole.length;
      const taken = train.take(rows);
      const batch = augment ? augmented(model, taken, augment, fold(noiseSeed, `augment ${step}`)) : taken;
      const call: LogProbOptions = {
        ...(batch.context && { context: batch.context }),
        ...(model.dequantizes && { noise: fold(noiseSeed, `noise ${step}`) }),
        ...(gradient && { gradient }),
        seed: fold(noiseSeed, `dropout ${step}`),
      };
      newest = { batch, rows, call, weight, gradients: [] };
      // Noise that comes from outside leaves the step the same each time.
      const noise = model.dequantizes ? model.drawNoise(rows.length, call.noise as Seed) : null;
      try {
        const [value, ...slopes] = sloping.run(listInputs({ ...batch, ...(noise && { noise }) }));
        const [loss] = (value as Tensor).dataSync() as Float32Array;
        newest = { ...newest, gradients: slopes.map((tensor, i) => ({ path: paths[i] as string, tensor })) };
        return { loss: loss as number, gradient: slopes };
      } finally {
        noise?.dispose();
      }
    },
    // A step that is not finite changes nothing, so that the parameters stay as good as they were.
    descend: (loss, slopes, learningRate, share) => {
      const gradientNorm = Number.isFinite(loss) ? down.step(slopes, learningRate, share) : Number.NaN;
      const problem = Number.isFinite(loss) && Number.isFinite(gradientNorm) ? null : diagnose(loss, gradientNorm);
      release();
      if (!problem) {
        step++;
        average?.update(trained(), step);
      }
      return { loss, gradientNorm, problem };
    },
    average: average?.values ?? null,
    moments: () => ({ ...down.moments(), ...(average && { average: average.values.slice() }) }),
    dispose: () => {
      release();
      sloping.dispose();
      down.dispose();
    },
  };
}
