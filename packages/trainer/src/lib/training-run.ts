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
import { disposeSamples, rowsOf, type Samples, takeRows } from './samples.ts';

/** What one step did. With a `problem` it changed nothing. */
interface Step {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly problem: string | null;
}

/** A run of training, step by step. It owns its parameters and the optimiser's state. */
export interface Training {
  readonly step: number;
  readonly params: FlowParams;
  advance(learningRate: number): Step;
  dispose(): void;
}

/** Rows from which what starts from data starts: enough for means and variances, few enough for one pass. */
const startRows = 16384;

function initialParams(model: Flow, train: Samples, { params, seed }: { params?: FlowParams; seed: Seed }): FlowParams {
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
  readonly params?: FlowParams;
  readonly freeze?: (path: string) => boolean;
  readonly gradient?: GradientMode;
}

/** Starts a run on data that were checked. */
export function trainingRun(model: Flow, train: Samples, options: TrainingOptions): Training {
  const { seed, batchSize, clipNorm = 5, freeze, gradient } = options;
  let params = initialParams(model, train, options);
  const flat = flatParams(model.layout, params, freeze);
  const optimiser = adam();
  const order = batches(rowsOf(train), batchSize, fold(seed, 'batches'));
  let vector = tidied(() => flat.flatten(params));
  let state: AdamState = optimiser.init(flat.size);
  let step = 0;

  /** Everything that is not finite is found before the parameters change. */
  function differentiateBatch(): { readonly loss: number; readonly gradient: Tensor; readonly problem: string | null } {
    const batch = takeRows(train, order.next().value);
    const call: LogProbOptions = {
      ...(batch.context && { context: batch.context }),
      ...(model.dequantizes && { noise: fold(seed, `noise ${step}`) }),
      ...(gradient && { gradient }),
      seed: fold(seed, `dropout ${step}`),
    };
    const result = gradients(model.layout, params, (tree) => negativeLogLikelihood(model, tree, batch.x, call), {
      freeze: flat.freeze,
    });
    const joined = tidied(() => flat.join(result.gradients.map(({ tensor }) => tensor)));
    const loss = (result.value.dataSync() as Float32Array)[0] as number;
    const problem =
      Number.isFinite(loss) && Number.isFinite(norm(joined))
        ? null
        : (firstNotFinite(model, params, batch.x, call) ??
          firstGradientNotFinite(result.gradients) ??
          `the loss is ${loss} and the gradient's norm ${norm(joined)}`);
    result.value.dispose();
    for (const { tensor } of result.gradients) tensor.dispose();
    disposeSamples(batch);
    return { loss, gradient: joined, problem };
  }

  const disposeState = (): void => {
    state.mean.dispose();
    state.square.dispose();
  };

  return {
    get step() {
      return step;
    },
    get params() {
      return params;
    },
    advance: (learningRate) => {
      const { loss, gradient: raw, problem } = differentiateBatch();
      const gradientNorm = norm(raw);
      if (problem) {
        raw.dispose();
        return { loss, gradientNorm, problem };
      }
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
