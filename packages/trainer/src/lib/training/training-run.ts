import { disposeParams, type Flow, type FlowParams, fold, leaves, type Seed } from '@diffeo/core';
import { copyTensor, tidied } from '@diffeo/core/engine';
import { gradients, type NamedGradient } from '@diffeo/core/gradients';
import { capture } from '@diffeo/kernels-wasm';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Augment } from '../data/augment.ts';
import type { RowSource } from '../data/rows.ts';
import type { OptimiserDefinition, OptimiserSpec } from '../optimisers/optimiser.ts';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import type { Parts, ShardedStep } from '../optimisers/sharded-step.ts';
import { startTrainState } from '../optimisers/start-train-state.ts';
import type { Gradient, TrainState } from '../optimisers/train-state.ts';
import { withNumbers } from '../reading/with-numbers.ts';
import { firstGradientNotFinite } from './diagnose.ts';
import type { LossInputs, Objective } from './loss.ts';
import { type ParameterAverage, parameterAverage } from './parameter-average.ts';
import { type Share, sharedBatches } from './shared-batches.ts';
import type { Problem, Step } from './step.ts';
import { trainableTensors } from './trainable-tensors.ts';

/**
 * The loss of a batch and its gradient, a tensor for each trained leaf. Of a share of a batch, what the share adds to them:
 * the gradients of all shards sum up to that of the batch.
 */
interface BatchGradient {
  /** On its way from the device. */
  readonly loss: Promise<number>;
  readonly gradient: readonly Tensor[];
}

/** A run of training, step by step. It owns its parameters and the optimiser's state. */
export interface TrainingRun {
  readonly params: FlowParams;
  /** How many numbers are trained. */
  readonly size: number;
  /** The gradient on the next batch, or on this run's shard of it. Its tensors are the run's, until the next. */
  nextGradient(): Promise<BatchGradient>;
  /** Whether workers can share the work of a step. */
  readonly shares: boolean;
  /** A step of the optimiser on a batch with this loss, and the gradient that is the sum of those given in their order. */
  applyGradients(
    loss: number | Promise<number>,
    gradients: readonly Gradient[],
    learningRate: number,
    share?: Parts | ShardedStep,
  ): Promise<Step>;
  /** The running mean of what is trained, where one is kept; it goes on changing. */
  readonly average: Float32Array | null;
  /** The optimiser's state, and that mean. */
  state(): Promise<OptimiserState>;
  dispose(): void;
}

/** How a run steps. What the options mean is said at `FitOptions`. */
export interface TrainingOptions {
  readonly seed: Seed;
  readonly batchSize: number;
  readonly clipNorm?: number;
  readonly freeze?: (path: string) => boolean;
  /** How many steps the whole run has. */
  readonly steps: number;
  /** What the steps go down. */
  readonly objective: Objective;
  /** Whether steps are captured and replayed. Default true. */
  readonly replay?: boolean;
  readonly augment?: Augment | undefined;
  /** Keeps a mean of the parameters, which decays so. */
  readonly ema?: number | undefined;
  /** Which share of every batch is this run's. Default: all of it. */
  readonly share?: Share;
  /** The optimiser's state to go on from, after as many steps. Default: from the beginning. */
  readonly state?: OptimiserState | undefined;
  readonly optimiser: OptimiserSpec;
  /** Optimisers beside those of this package. */
  readonly optimiserDefinitions?: readonly OptimiserDefinition[];
}

/** What the newest gradient was taken on: for the search for what is not finite. */
interface Newest {
  readonly inputs: LossInputs;
  /** The numbers of its rows in the data. */
  readonly rows: Int32Array;
  readonly call: Parameters<Objective['value']>[2];
  /** The share's part of the batch. */
  readonly weight: number;
  readonly gradients: readonly NamedGradient[];
}

const disposeInputs = (inputs: LossInputs): void => {
  for (const tensor of Object.values(inputs)) tensor.dispose();
};

/** Work as {@link capture} has it, which runs each time. */
function uncaptured(f: () => readonly Tensor[]) {
  let made: readonly Tensor[] = [];
  const release = (): void => {
    for (const tensor of made) tensor.dispose();
    made = [];
  };
  const run = (_: readonly Tensor[]): readonly Tensor[] => {
    release();
    made = f();
    return made;
  };
  return { run, release, dispose: release };
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

/** Starts a run on data that were checked, if there are any, from started parameters, which are the run's from here on. */
export async function trainingRun(
  model: Flow,
  train: RowSource | null,
  initial: FlowParams,
  options: TrainingOptions,
): Promise<TrainingRun> {
  const { seed, batchSize, steps, objective, replay = true, augment, share = { index: 0, count: 1 } } = options;
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
  const begin = async (): Promise<ParameterAverage | null> => {
    await objective.prepare?.(trainState.params);
    return ema === undefined ? null : await parameterAverage(ema, trained(), state?.average);
  };
  const average = await begin().catch((error: unknown) => {
    trainState.dispose();
    throw error;
  });
  let step = state?.step ?? 0;
  // Every share draws noise of its own.
  const noiseSeed = share.count === 1 ? seed : fold(seed, `share ${share.index}`);
  const nextRows = sharedBatches(model, train, { seed, noiseSeed, batchSize, share, augment, step });
  let newest: Newest | null = null;
  /** The loss of a share of a batch, and its gradient. What its inputs are called is the newest's affair. */
  const gradientOf = (given: readonly Tensor[]): readonly Tensor[] => {
    const { inputs, call, weight } = newest as Newest;
    const named = Object.fromEntries(Object.keys(inputs).map((name, i) => [name, given[i] as Tensor]));
    const lossOf = (tree: FlowParams): Tensor => {
      const loss = objective.value(tree, named, call);
      return weight === 1 ? loss : mul(loss, weight);
    };
    const { value, gradients: found } = gradients(model.layout, trainState.params, lossOf, { freeze });
    return [value, ...unaliased(found.map(({ tensor }) => tensor))];
  };
  const differentiated = replay
    ? capture(gradientOf)
    : uncaptured(() => gradientOf(Object.values((newest as Newest).inputs)));
  const paths = leaves(model.layout, initial).flatMap(({ path, leaf }) =>
    leaf.trainable && !freeze(path) ? [path] : [],
  );

  function release(): void {
    if (!newest) return;
    differentiated.release();
    disposeInputs(newest.inputs);
    newest = null;
  }

  async function diagnose(loss: number, gradientNorm: number): Promise<Problem> {
    const message = `the loss is ${loss} and the gradient's norm ${gradientNorm}`;
    if (!newest) return { message, located: false, row: null };
    const { inputs, rows, call, gradients: found } = newest;
    const { part, row } = (await objective.diagnose?.(trainState.params, inputs, call)) ?? { part: null, row: null };
    const place = part ?? (await firstGradientNotFinite(found));
    return { message: place ?? message, located: place !== null, row: row === null ? null : (rows[row] as number) };
  }

  return {
    get params() {
      return trainState.params;
    },
    size: trainState.size,
    shares: trainState.shares,
    nextGradient: async () => {
      release();
      const { rows, weight, batch } = await nextRows(step);
      const call = {
        seed: fold(noiseSeed, `dropout ${step}`),
        noise: fold(noiseSeed, `noise ${step}`),
        training: true,
      };
      newest = { inputs: { ...batch }, rows, call, weight, gradients: [] };
      const own = { params: trainState.params, inputs: newest.inputs };
      const draw = { ...own, rows: rows.length, seed: call.noise, step, steps };
      const drawn = tidied(() => objective.draw?.(draw) ?? {});
      newest = { ...newest, inputs: { ...batch, ...drawn } };
      const [value, ...found] = differentiated.run(Object.values(newest.inputs));
      newest = { ...newest, gradients: found.map((tensor, i) => ({ path: paths[i] as string, tensor })) };
      const loss = withNumbers([value as Tensor], ([numbers]) => numbers?.[0] as number);
      return { loss, gradient: found };
    },
    // A step that is not finite changes nothing, so that the parameters stay as good as they were.
    applyGradients: async (given, gradients, learningRate, share) => {
      const [norm, loss] = await Promise.all([
        trainState.applyGradients(gradients, learningRate, { loss: given, ...(share && { share }) }),
        given,
      ]);
      const gradientNorm = Number.isFinite(loss) ? norm : Number.NaN;
      const problem = Number.isFinite(gradientNorm) ? null : await diagnose(loss, gradientNorm);
      release();
      if (!problem) {
        step++;
        await average?.update(trained(), step);
      }
      return { loss, gradientNorm, problem };
    },
    average: average?.values ?? null,
    state: async () => ({ ...(await trainState.state()), ...(average && { average: average.values.slice() }) }),
    dispose: () => {
      release();
      differentiated.dispose();
      trainState.dispose();
    },
  };
}
