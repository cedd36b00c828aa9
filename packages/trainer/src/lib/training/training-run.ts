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
import type { OptimiserDefinition, OptimiserSpec } from '../optimisers/optimiser.ts';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import type { Parts, ShardedStep } from '../optimisers/sharded-step.ts';
import { startTrainState } from '../optimisers/start-train-state.ts';
import type { Gradient, TrainState } from '../optimisers/train-state.ts';
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
 * the gradients of all shards sum up to that of the batch.
 */
interface BatchGradient {
  readonly loss: number;
  readonly gradient: readonly Tensor[];
}

/** A run of training, step by step. It owns its parameters and the optimiser's state. */
export interface TrainingRun {
  readonly params: FlowParams;
  /** How many numbers are trained. */
  readonly size: number;
  /** The gradient on the next batch, or on this run's shard of it. Its tensors are the run's, until the next. */
  nextGradient(): BatchGradient;
  /** Whether workers can share the work of a step. */
  readonly shares: boolean;
  /** A step of the optimiser on a batch with this loss, and the gradient that is the sum of those given in their order. */
  applyGradients(loss: number, gradients: readonly Gradient[], learningRate: number, share?: Parts | ShardedStep): Step;
  /** The running mean of what is trained, where one is kept; it goes on changing. */
  readonly average: Float32Array | null;
  /** The optimiser's state, and that mean. */
  state(): OptimiserState;
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
  readonly state?: OptimiserState | undefined;
  readonly optimiser: OptimiserSpec;
  /** Optimisers beside those of this package. */
  readonly optimiserDefinitions?: readonly OptimiserDefinition[];
}

/** What the newest gradient was taken on: for the search for what is not finite. */
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
  const { clipNorm = 5, freeze = () => false, state, ema, optimiser, optimiserDefinitions } = options;
  let trainState: TrainState;
  try {
    const definitions = optimiserDefinitions && { definitions: optimiserDefinitions };
    trainState = startTrainState(model, initial, { optimiser, clipNorm, freeze, state, ...definitions });
  } catch (error) {
    disposeParams(model.layout, initial);
    throw error;
  }
  const trained = () => trainableTensors(model.layout, trainState.params, freeze);
  const average = ema === undefined ? null : parameterAverage(ema, trained(), state?.average);
  let step = state?.step ?? 0;
  const order = batches(train.count, batchSize, fold(seed, 'batches'), step);
  // Every share draws noise of its own.
  const noiseSeed = share.count === 1 ? seed : fold(seed, `share ${share.index}`);
  let newest: Newest | null = null;
  /** The loss of a share of a batch, and its gradient. The call is the newest's. */
  const differentiated = capture((inputs) => {
    const { call, weight } = newest as Newest;
    const { x, ...given } = namedInputs(model, inputs);
    const lossOf = (tree: FlowParams): Tensor => {
      const loss = negativeLogLikelihood(model, tree, x, { ...call, ...given });
      return weight === 1 ? loss : mul(loss, weight);
    };
    const { value, gradients: found } = gradients(model.layout, trainState.params, lossOf, { freeze });
    return [value, ...unaliased(found.map(({ tensor }) => tensor))];
  });
  const paths = leaves(model.layout, initial).flatMap(({ path, leaf }) =>
    leaf.trainable && !freeze(path) ? [path] : [],
  );

  function release(): void {
    if (!newest) return;
    differentiated.release();
    disposeDataset(newest.batch);
    newest = null;
  }

  function diagnose(loss: number, gradientNorm: number): Problem {
    const message = `the loss is ${loss} and the gradient's norm ${gradientNorm}`;
    if (!newest) return { message, located: false, row: null };
    const { batch, rows, call, gradients: found } = newest;
    const part = firstNotFinite(model, trainState.params, batch.x, call);
    const place = part ?? firstGradientNotFinite(found);
    const row = part === null ? null : rowNotFinite(model, trainState.params, batch.x, call);
    return { message: place ?? message, located: place !== null, row: row === null ? null : (rows[row] as number) };
  }

  return {
    get params() {
      return trainState.params;
    },
    size: trainState.size,
    shares: trainState.shares,
    nextGradient: () => {
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
        const [value, ...found] = differentiated.run(listInputs({ ...batch, ...(noise && { noise }) }));
        const [loss] = (value as Tensor).dataSync() as Float32Array;
        newest = { ...newest, gradients: found.map((tensor, i) => ({ path: paths[i] as string, tensor })) };
        return { loss: loss as number, gradient: found };
      } finally {
        noise?.dispose();
      }
    },
    // A step that is not finite changes nothing, so that the parameters stay as good as they were.
    applyGradients: (loss, given, learningRate, share) => {
      const gradientNorm = Number.isFinite(loss) ? trainState.applyGradients(given, learningRate, share) : Number.NaN;
      const problem = Number.isFinite(loss) && Number.isFinite(gradientNorm) ? null : diagnose(loss, gradientNorm);
      release();
      if (!problem) {
        step++;
        average?.update(trained(), step);
      }
      return { loss, gradientNorm, problem };
    },
    average: average?.values ?? null,
    state: () => ({ ...trainState.state(), ...(average && { average: average.values.slice() }) }),
    dispose: () => {
      release();
      differentiated.dispose();
      trainState.dispose();
    },
  };
}
