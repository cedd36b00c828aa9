import { DiffeoError, type Flow, type LayoutTree, type Seed } from '@diffeo/core';
import { type HeapWatch, watchHeap } from '@diffeo/kernels-wasm';
import type { AdamPart } from '@diffeo/ops';
import { findAllReduce } from '../all-reduce/all-reduce-methods.ts';
import { partsOf } from '../all-reduce/shared-memory.ts';
import type { Augment } from '../data/augment.ts';
import { type HostDataset, hostRows } from '../data/rows.ts';
import type { AllReduce } from '../executor/all-reduce.ts';
import { defineTask, type TaskWorker } from '../executor/task.ts';
import type { OptimiserSpec } from '../optimisers/optimiser.ts';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import { eachOutside, eachWithin, type ShardedStep } from '../optimisers/sharded-step.ts';
import { likelihood } from '../training/likelihood.ts';
import { type Objective, objectiveOf } from '../training/loss.ts';
import type { Step } from '../training/step.ts';
import { trainableTensors } from '../training/trainable-tensors.ts';
import type { TrainingTask } from '../training/training.ts';
import { type TrainingRun, trainingRun } from '../training/training-run.ts';
import { augmentIn, lossIn, optimisersIn } from './exports-of.ts';

/** A worker's share of a training. */
export interface TrainRequest {
  /** A saved model. */
  readonly file: Uint8Array;
  /** `null` of a loss that needs none. */
  readonly data: HostDataset | null;
  readonly options: {
    readonly seed: Seed;
    readonly batchSize: number;
    readonly clipNorm?: number;
    readonly steps: number;
    /** What the steps go down. */
    readonly task: TrainingTask;
    /** Whether the worker is to change batches by its own `augment`. */
    readonly augment: boolean;
    /** The decay of the mean of the parameters that this worker is to keep. */
    readonly ema?: number;
    readonly frozen: readonly string[];
    readonly optimiser: OptimiserSpec;
    readonly state?: OptimiserState;
  };
  /** Where gradients are added up. */
  readonly allReduce: { readonly type: string; readonly ticket: unknown };
}

/** A training under way in a worker. */
interface Training {
  readonly run: TrainingRun;
  readonly allReduce: AllReduce;
  readonly heap: HeapWatch | null;
  /** One for each worker. */
  readonly parts: readonly AdamPart[];
  readonly layout: LayoutTree;
  readonly freeze: (path: string) => boolean;
}

const trainings = new WeakMap<TaskWorker, Training>();

/** The training under way. */
function begun(worker: TaskWorker): Training {
  const training = trainings.get(worker);
  if (training) return training;
  throw new DiffeoError('WORKER', 'this worker was asked for a training that it has not begun');
}

/** A step on the sum of the gradients of all workers' shards: that of the whole batch. */
async function takeJointStep({ run, allReduce, parts }: Training, rate: number, together: boolean): Promise<Step> {
  const shared = together ? (allReduce.shared as ShardedStep) : null;
  const { loss: reading, gradient } = await run.nextGradient();
  const loss = await reading;
  const { vectors, own } = await allReduce.sum((place) => {
    const put = (numbers: Float32Array, from: number): void => place.set(numbers, from);
    // Nobody needs what this worker adds up itself.
    if (shared) eachOutside(gradient, shared, put);
    else eachWithin(gradient, { begin: 0, end: run.size }, put);
    place[run.size] = loss;
  }, together);
  const joined = vectors.reduce((sum, vector) => Math.fround(sum + (vector[run.size] as number)), 0);
  const gradients = vectors.map((vector, i) => (i === own ? gradient : vector.subarray(0, run.size)));
  return await run.applyGradients(joined, gradients, rate, shared ?? { parts });
}

/** The trained parameters as one vector. */
function vectorOf({ run: { params }, layout, freeze }: Training): Float32Array {
  const trained = trainableTensors(layout, params, freeze);
  const vector = new Float32Array(trained.reduce((size, tensor) => size + tensor.size, 0));
  eachWithin(trained, { begin: 0, end: vector.length }, (numbers, from) => vector.set(numbers, from));
  return vector;
}

/** What changes batches, if that is wanted. */
function wantedAugment(wanted: boolean, worker: TaskWorker): Augment | undefined {
  if (!wanted) return undefined;
  const augment = augmentIn(worker.modules);
  if (augment) return augment;
  throw new DiffeoError(
    'CONFIG',
    "fit: augment is a function, and cannot be posted to workers: let a module export it as 'augment', and say where it is, workers: { count, modules: [new URL('./augment.js', import.meta.url)] }. In a browser, give it to serveFlows(definitions, { augment }).",
  );
}

/** What the steps go down: the likelihood, or what a module exports as `loss`. */
function objectiveFor(task: TrainingTask, worker: TaskWorker): (model: Flow) => Objective {
  if (task.kind === 'likelihood') return (model) => likelihood(model, task.gradient);
  const loss = lossIn(worker.modules);
  if (loss) return () => objectiveOf(loss);
  throw new DiffeoError(
    'CONFIG',
    "minimise: a loss is a function, and cannot be posted to workers: let a module export it as 'loss', and say where it is, workers: { count, modules: [new URL('./loss.js', import.meta.url)] }. In a browser, give it to serveFlows(definitions, { loss }).",
  );
}

/** Begins a training. Answers whether this worker could share steps. */
export const beginTask = defineTask({
  type: '@diffeo/trainer/begin-training',
  run: async ({ file, data, options, allReduce }: TrainRequest, { worker }) => {
    if (trainings.has(worker)) {
      throw new DiffeoError('WORKER', 'these workers are training already: start others, or wait');
    }
    const heap = watchHeap();
    const { frozen, task, augment: wanted, ...rest } = options;
    const augment = wantedAugment(wanted, worker);
    const objective = objectiveFor(task, worker);
    const method = findAllReduce(allReduce.type, worker.modules);
    const { index, count, notes } = worker;
    const { model, params } = worker.load(file);
    const frozenPaths = new Set(frozen);
    const freeze = (path: string) => frozenPaths.has(path);
    const run = await trainingRun(model, data && hostRows(data), params, {
      ...rest,
      ...{ objective: objective(model), replay: task.kind === 'likelihood' || task.replay },
      ...{ share: { index, count }, freeze, augment, optimiserDefinitions: optimisersIn(worker.modules) },
    });
    const joined = method.join(allReduce.ticket, { index, count, notes, length: run.size + 1 });
    const parts = partsOf(run.size, count);
    trainings.set(worker, { run, freeze, heap, layout: model.layout, parts, allReduce: joined });
    return { shares: run.shares && joined.shared !== null };
  },
});

/** Takes a step for each learning rate, up to the first that has a problem. `shared`: whether the workers share the steps too. */
export const advanceTask = defineTask({
  type: '@diffeo/trainer/advance-training',
  collective: true,
  run: async (
    { rates, shared }: { readonly rates: readonly number[]; readonly shared: boolean },
    { worker },
  ): Promise<readonly Step[]> => {
    const training = begun(worker);
    const steps: Step[] = [];
    for (const rate of rates) {
      const step = await takeJointStep(training, rate, shared);
      steps.push(step);
      if (step.problem) break;
    }
    return steps;
  },
});

/** What is trained, as one vector, and its mean where the worker keeps one. */
export const vectorTask = defineTask({
  type: '@diffeo/trainer/trained-vector',
  run: (_: null, { worker }) => ({ newest: vectorOf(begun(worker)), average: begun(worker).run.average }),
});

/** What a worker knows of the optimiser's state, and which part of it is right where steps were shared. */
export interface WorkerState {
  readonly state: OptimiserState;
  readonly part: AdamPart | null;
}

/** The optimiser's state. */
export const stateTask = defineTask({
  type: '@diffeo/trainer/optimiser-state',
  run: async (_: null, { worker }): Promise<WorkerState> => {
    const { run, allReduce, parts } = begun(worker);
    return { state: await run.state(), part: allReduce.shared ? (parts[allReduce.shared.own] as AdamPart) : null };
  },
});

/** The most bytes that the training took of the worker's heap at once; `null` where there is none. */
export const memoryTask = defineTask({
  type: '@diffeo/trainer/training-memory',
  run: (_: null, { worker }) => begun(worker).heap?.peak() ?? null,
});

/** Ends the training, if there is one. */
export const finishTask = defineTask({
  type: '@diffeo/trainer/finish-training',
  run: (_: null, { worker }) => {
    const training = trainings.get(worker);
    trainings.delete(worker);
    training?.allReduce.close?.();
    training?.run.dispose();
    return null;
  },
});

/** All that a training is made of. */
export const trainTasks = [beginTask, advanceTask, vectorTask, stateTask, memoryTask, finishTask] as const;
