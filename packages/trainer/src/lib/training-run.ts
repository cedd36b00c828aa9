import {
  copyParams,
  disposeParams,
  type Flow,
  type FlowParams,
  fold,
  type GradientMode,
  gradients,
  type LogProbOptions,
  leaves,
  type NamedGradient,
  negativeLogLikelihood,
  type Seed,
  shuffled,
} from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { mul, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { type AdamState, adam } from './adam.ts';
import { batches } from './batches.ts';
import { firstGradientNotFinite, firstNotFinite } from './diagnose.ts';
import { flatParams } from './flat-params.ts';
import type { RowSource } from './rows.ts';
import { disposeSamples, rowsOf, type Samples, takeRows } from './samples.ts';

/** Why a step was not taken. */
export interface Problem {
  readonly message: string;
  /** Whether the part or the parameter that is to blame was found. */
  readonly located: boolean;
}

/** What one step did. With a `problem` it changed nothing. */
export interface Step {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly problem: Problem | null;
}

/** The loss of a batch, or of a share of it, and its gradient, one vector, owned by who asked for it. */
export interface Slope {
  readonly loss: number;
  readonly gradient: Tensor;
}

/** A run of training, step by step. It owns its parameters and the optimiser's state. */
export interface TrainingRun {
  readonly params: FlowParams;
  /** The trainable parameters as one vector, owned by the run. */
  readonly vector: Tensor;
  /** The slope on the next batch, or this run's share of it. */
  slope(): Slope;
  /** Goes down a slope, which it disposes: that of {@link slope}, or one in which those of several runs are joined. */
  descend(slope: Slope, learningRate: number): Step;
  dispose(): void;
}

/** Rows from which what starts from data starts: enough for means and variances, few enough for one pass. */
const startRows = 16384;

/** Parameters to train: those given, copied, or new ones; started where they are not. Owned by the caller. */
export function startedParams(
  model: Flow,
  train: Samples,
  { params, seed }: { readonly params?: FlowParams; readonly seed: Seed },
): FlowParams {
  const initial = params ? copyParams(model.layout, params) : model.init(fold(seed, 'init'));
  const started = leaves(model.layout, initial).every(({ tensor }) => tensor !== null);
  if (started) return initial;
  // Files are often sorted: the first rows would not stand for the rest.
  const rows = takeRows(train, shuffled(rowsOf(train), fold(seed, 'start rows')).subarray(0, startRows));
  const { x, context } = rows;
  const result = model.start(initial, x, { ...(context && { context }), noise: fold(seed, 'start') });
  disposeSamples(rows);
  return result;
}

/** How a run steps. What the options mean is said at `FitOptions`. */
export interface TrainingOptions {
  readonly seed: Seed;
  readonly batchSize: number;
  readonly clipNorm?: number;
  readonly freeze?: (path: string) => boolean;
  readonly gradient?: GradientMode;
  /** Which share of every batch is this run's. Default: all of it. */
  readonly share?: { readonly index: number; readonly count: number };
}

/** What the newest slope was taken on: for the search for what is not finite. */
interface Newest {
  readonly batch: Samples;
  readonly call: LogProbOptions;
  readonly gradients: readonly NamedGradient[];
}

/** The rows of a batch that belong to a share: of equal sizes, or of sizes that differ by one. */
function shareOf(rows: Int32Array, { index, count }: { readonly index: number; readonly count: number }): Int32Array {
  const edge = (i: number) => Math.round((i * rows.length) / count);
  return rows.subarray(edge(index), edge(index + 1));
}

/** Starts a run on data that were checked, from started parameters, which are the run's from here on. */
export function trainingRun(
  model: Flow,
  train: RowSource,
  initial: FlowParams,
  { seed, batchSize, clipNorm = 5, freeze, gradient, share = { index: 0, count: 1 } }: TrainingOptions,
): TrainingRun {
  let params = initial;
  const flat = flatParams(model.layout, params, freeze);
  const optimiser = adam();
  const order = batches(train.count, batchSize, fold(seed, 'batches'));
  // Every share draws noise of its own.
  const noiseSeed = share.count === 1 ? seed : fold(seed, `share ${share.index}`);
  let vector = tidied(() => flat.flatten(params));
  let state: AdamState = optimiser.init(flat.size);
  let step = 0;
  let newest: Newest | null = null;

  function forget(): void {
    if (!newest) return;
    for (const { tensor } of newest.gradients) tensor.dispose();
    disposeSamples(newest.batch);
    newest = null;
  }

  function diagnose(loss: number, gradientNorm: number): Problem {
    const found =
      newest &&
      (firstNotFinite(model, params, newest.batch.x, newest.call) ?? firstGradientNotFinite(newest.gradients));
    return {
      message: found ?? `the loss is ${loss} and the gradient's norm ${gradientNorm}`,
      located: Boolean(found),
    };
  }

  const disposeState = (): void => {
    state.mean.dispose();
    state.square.dispose();
  };

  return {
    get params() {
      return params;
    },
    get vector() {
      return vector;
    },
    slope: () => {
      forget();
      const rows = shareOf(order.next().value, share);
      const batch = train.take(rows);
      const call: LogProbOptions = {
        ...(batch.context && { context: batch.context }),
        ...(model.dequantizes && { noise: fold(noiseSeed, `noise ${step}`) }),
        ...(gradient && { gradient }),
        seed: fold(noiseSeed, `dropout ${step}`),
      };
      const result = gradients(model.layout, params, (tree) => negativeLogLikelihood(model, tree, batch.x, call), {
        freeze: flat.freeze,
      });
      const loss = (result.value.dataSync() as Float32Array)[0] as number;
      result.value.dispose();
      newest = { batch, call, gradients: result.gradients };
      return { loss, gradient: tidied(() => flat.join(result.gradients.map(({ tensor }) => tensor))) };
    },
    // Everything that is not finite is found before the parameters change.
    descend: ({ loss, gradient: raw }, learningRate) => {
      const gradientNorm = norm(raw);
      if (!(Number.isFinite(loss) && Number.isFinite(gradientNorm))) {
        const problem = diagnose(loss, gradientNorm);
        forget();
        raw.dispose();
        return { loss, gradientNorm, problem };
      }
      forget();
      const next = tidied(() => {
        const clipped = gradientNorm > clipNorm ? mul(raw, clipNorm / gradientNorm) : raw;
        const update = optimiser.update(vector, clipped, state, learningRate);
        return { ...update, tree: flat.unflatten(update.parameters, params) };
      });
      raw.dispose();
      vector.dispose();
      disposeState();
      for (const { path, leaf, tensor } of leaves(model.layout, params)) {
        if (leaf.trainable && !flat.freeze(path)) tensor?.dispose();
      }
      params = next.tree;
      vector = next.parameters;
      state = next.state;
      step++;
      return { loss, gradientNorm, problem: null };
    },
    dispose: () => {
      forget();
      vector.dispose();
      disposeState();
      disposeParams(model.layout, params);
    },
  };
}

const norm = (gradient: Tensor): number => {
  const total = tidied(() => sum(square(gradient)));
  const [value] = total.dataSync() as Float32Array;
  total.dispose();
  return Math.sqrt(value as number);
};
