import {
  coreDefinitions,
  type Definition,
  DiffeoError,
  disposeParams,
  type Flow,
  type FlowParams,
  isDiffeoError,
  type LayoutTree,
  load,
} from '@diffeo/core';
import { type HeapWatch, numbersOf, watchHeap } from '@diffeo/kernels-wasm';
import type { AdamPart } from '@diffeo/ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import { useWasm, type WasmOptions } from '../backend/backend.ts';
import type { Augment } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import { hostRows } from '../data/rows.ts';
import type { OptimiserDefinition } from '../optimisers/optimiser.ts';
import { eachOutside, type ShardedStep } from '../optimisers/sharded-step.ts';
import { sampleBlocks } from '../sampling/sample.ts';
import { scoreBatches } from '../scores/score.ts';
import { trainableTensors } from '../training/trainable-tensors.ts';
import { type Step, type TrainingRun, trainingRun } from '../training/training-run.ts';
import { type AllReduce, partsOf, sharedAllReduce } from './all-reduce.ts';
import { augmentIn } from './augment-in.ts';
import { definitionsIn, optimisersIn } from './definitions-in.ts';
import type { Answers, FromWorker, Task, ToWorker } from './messages.ts';

/** The worker's end of the channel to the thread that started it. */
export interface Channel {
  post(message: FromWorker, transfer?: readonly ArrayBuffer[]): void;
  listen(receive: (message: ToWorker) => void): void;
}

interface Training {
  readonly run: TrainingRun;
  readonly allReduce: AllReduce;
  readonly heap: HeapWatch | null;
  /** One for each worker. */
  readonly parts: readonly AdamPart[];
  readonly layout: LayoutTree;
  readonly freeze: (path: string) => boolean;
}

/** Puts tensors into a vector, one after another. Returns how many numbers they have. */
function write(tensors: readonly Tensor[], vector: Float32Array): number {
  let at = 0;
  for (const tensor of tensors) {
    vector.set(numbersOf(tensor) ?? (tensor.dataSync() as Float32Array), at);
    at += tensor.size;
  }
  return at;
}

/** A step on the sum of the gradients of all workers' shards: that of the whole batch. */
async function takeJointStep({ run, allReduce, parts }: Training, rate: number, together: boolean): Promise<Step> {
  const shared = together ? (allReduce.shared as ShardedStep) : null;
  const { loss, gradient } = run.nextGradient();
  const { vectors, own } = await allReduce.sum((place) => {
    // Nobody needs what this worker adds up itself.
    if (shared) eachOutside(gradient, shared, (numbers, from) => place.set(numbers, from));
    else write(gradient, place);
    place[run.size] = loss;
  }, together);
  const joined = vectors.reduce((sum, vector) => Math.fround(sum + (vector[run.size] as number)), 0);
  const gradients = vectors.map((vector, i) => (i === own ? gradient : vector.subarray(0, run.size)));
  return run.applyGradients(joined, gradients, rate, shared ?? { parts });
}

/** The trained parameters as one vector. */
function vectorOf({ run: { params }, layout, freeze }: Training): Float32Array {
  const trained = trainableTensors(layout, params, freeze);
  const vector = new Float32Array(trained.reduce((size, tensor) => size + tensor.size, 0));
  write(trained, vector);
  return vector;
}

/**
 * Answers the tasks of the thread that started this worker, one after another. `given` are the definitions at hand;
 * an `open` task adds those of modules, and what they export as `augment`, where none is at hand. `wasm` is how this worker
 * starts its backend.
 */
export function serveFlow(
  channel: Channel,
  given: readonly Definition[] = [],
  { augment: ownAugment, ...wasm }: WasmOptions & { readonly augment?: Augment } = {},
): void {
  let definitions = given;
  let optimisers: readonly OptimiserDefinition[] = [];
  let augment: Augment | null = ownAugment ?? null;
  let training: Training | null = null;
  let known: { readonly spec: string; readonly model: Flow } | null = null;
  let joined: ((values: Float32Array) => void) | null = null;

  /** An all-reduce by messages, where memory cannot be shared. */
  const postedAllReduce: AllReduce = {
    shared: null,
    sum: (write) =>
      new Promise((resolve) => {
        const values = new Float32Array((training as Training).run.size + 1);
        write(values);
        joined = (sum) => resolve({ vectors: [sum], own: null });
        channel.post({ kind: 'share', values }, [values.buffer]);
      }),
  };

  /** A saved flow. The same as the last time is the same object, for which the engine has compiled its functions already. */
  function open(file: Uint8Array): { readonly model: Flow; readonly params: FlowParams } {
    const { model, params } = load(file, { definitions });
    const spec = JSON.stringify(model.spec);
    if (known?.spec !== spec) known = { spec, model };
    return { model: known.model, params };
  }

  /** The training under way. */
  function begun(): Training {
    if (training) return training;
    throw new DiffeoError('WORKER', 'this worker was asked for a training that it has not begun');
  }

  async function advance(rates: readonly number[], shared: boolean): Promise<readonly Step[]> {
    const own = begun();
    const steps: Step[] = [];
    for (const rate of rates) {
      const step = await takeJointStep(own, rate, shared);
      steps.push(step);
      if (step.problem) break;
    }
    return steps;
  }

  /** What changes batches, if that is wanted. */
  function wantedAugment(wanted: boolean): Augment | undefined {
    if (!wanted) return undefined;
    if (augment) return augment;
    throw new DiffeoError(
      'CONFIG',
      "fit: augment is a function, and cannot be posted to workers: let a module export it as 'augment', and all that the flow is made of, and say where it is, workers: { count, modules: [new URL('./augment.js', import.meta.url)] }. In a browser, give it to serveFlows(definitions, { augment }).",
    );
  }

  const finish = (): null => {
    training?.run.dispose();
    training = null;
    return null;
  };

  const tasks: { [T in Task as T['type']]: (task: T) => Answers[T['type']] | Promise<Answers[T['type']]> } = {
    open: async ({ modules }) => {
      await useWasm(wasm);
      const imported = await Promise.all(modules.map((url) => import(/* @vite-ignore */ url)));
      augment ??= imported.map(augmentIn).find(Boolean) ?? null;
      optimisers = imported.flatMap(optimisersIn);
      known = null;
      definitions = [...new Set([...coreDefinitions, ...given, ...imported.flatMap(definitionsIn)])];
      return null;
    },
    train: ({ file, data, share, options, allReduce }) => {
      if (training) throw new DiffeoError('WORKER', 'these workers are training already: start others, or wait');
      const heap = watchHeap();
      const { frozen, augment: wanted, ...rest } = options;
      const changing = wantedAugment(wanted);
      const { model, params } = open(file);
      const frozenPaths = new Set(frozen);
      const freeze = (path: string) => frozenPaths.has(path);
      const run = trainingRun(model, hostRows(data), params, {
        ...rest,
        ...{ share, freeze, augment: changing, optimiserDefinitions: optimisers },
      });
      training = {
        ...{ run, freeze, heap, layout: model.layout, parts: partsOf(run.size, share.count) },
        allReduce: allReduce ? sharedAllReduce(allReduce, { ...share, size: run.size }) : postedAllReduce,
      };
      return { shares: run.shares && allReduce !== null };
    },
    advance: ({ rates, shared }) => advance(rates, shared),
    vector: () => ({ newest: vectorOf(begun()), average: begun().run.average }),
    state: () => {
      const { run, allReduce, parts } = begun();
      return { state: run.state(), part: allReduce.shared ? (parts[allReduce.shared.own] as AdamPart) : null };
    },
    memory: () => begun().heap?.peak() ?? null,
    finish,
    score: async ({ file, data, begins, batchSize, ...options }) => {
      const { model, params } = open(file);
      const rows = hostRows(data);
      const take = (begin: number): Dataset => {
        const count = Math.min(batchSize, rows.count - begin);
        return rows.take(Int32Array.from({ length: count }, (_, i) => begin + i));
      };
      try {
        return await scoreBatches(model, params, begins, take, options);
      } finally {
        disposeParams(model.layout, params);
      }
    },
    sample: async ({ file, blocks, context, temperature }) => {
      const { model, params } = open(file);
      try {
        const samples: Float32Array[] = [];
        for await (const drawn of sampleBlocks(model, params, blocks, context, temperature)) samples.push(drawn);
        return samples;
      } finally {
        disposeParams(model.layout, params);
      }
    },
  };

  async function answer(task: Task): Promise<void> {
    try {
      const handle = tasks[task.type] as (task: Task) => Answers[keyof Answers] | Promise<Answers[keyof Answers]>;
      channel.post({ kind: 'answer', answer: await handle(task) });
    } catch (error) {
      const { message } = error as Error;
      const { code, cause } = isDiffeoError(error) ? error : { code: null, cause: null };
      const aboutRow = typeof cause === 'object' && cause !== null && 'row' in cause;
      channel.post({ kind: 'failure', failure: { code, message, ...(aboutRow && { cause }) } });
    }
  }

  channel.listen((message) => {
    if (message.kind === 'task') void answer(message.task);
    else joined?.(message.values);
  });
}
