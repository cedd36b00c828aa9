import { DiffeoError, disposeParams, type Flow, leaves, save } from '@diffeo/core';
import { watchHeap } from '@diffeo/kernels-wasm';
import { chooseAllReduce } from '../all-reduce/all-reduce-methods.ts';
import { toHostDataset } from '../data/rows.ts';
import type { TensorDataset } from '../data/tensor-dataset.ts';
import type { OpenAllReduce } from '../executor/all-reduce.ts';
import type { WorkerPool } from '../executor/worker-pool.ts';
import type { OptimiserState } from '../optimisers/optimiser-state.ts';
import {
  advanceTask,
  beginTask,
  finishTask,
  memoryTask,
  stateTask,
  vectorTask,
  type WorkerState,
} from '../tasks/train-tasks.ts';
import { flatParams, paramsFrom } from './flat-params.ts';
import { startedParams } from './started-params.ts';
import type { Step } from './step.ts';
import type { Training, TrainingStart } from './training.ts';

/** How long workers go on between two answers: short enough to follow and to stop, long enough that asking costs little. */
const strideMilliseconds = 200;
const [fewest, most] = [16, 256];

/** How many steps fit into that time, given how long so many took. */
function strideAfter(steps: number, milliseconds: number): number {
  const fitting = Math.floor((strideMilliseconds * steps) / Math.max(milliseconds, 1e-3));
  return Math.min(most, Math.max(fewest, fitting));
}

/** The step that all workers took together: the same in each, but for who can say what went wrong. */
function jointStep(steps: readonly Step[]): Step {
  const [first] = steps as [Step];
  return steps.find(({ problem }) => problem?.located) ?? first;
}

/** The state of all of the parameters, from that of each worker. The first has the mean of the parameters too. */
function wholeState(found: readonly WorkerState[], shared: boolean): OptimiserState {
  const [{ state: whole }] = found as [WorkerState];
  for (const { state, part } of found.slice(1)) {
    if (!part || !shared) continue;
    // Only an optimiser whose state goes number by number with the parameters shares steps.
    for (const [i, leaf] of whole.leaves.entries()) {
      leaf.set((state.leaves[i] as Float32Array).subarray(part.begin, part.end), part.begin);
    }
  }
  return whole;
}

/**
 * Trains on workers: each takes its share of every batch, and all add up their gradients and take the same step. The same
 * number of workers gives the same parameters to the bit.
 */
export async function parallelTraining(
  pool: WorkerPool,
  model: Flow,
  train: TensorDataset | null,
  start: TrainingStart,
): Promise<Training> {
  const { seed, batchSize, steps, clipNorm, task, augment, ema, freeze, state, optimiser } = start;
  const heap = watchHeap();
  const initial = await startedParams(model, train, start);
  const { size } = flatParams(model.layout, initial, freeze);
  if (size === 0) {
    disposeParams(model.layout, initial);
    throw new DiffeoError('PARAMETERS', 'there is no trainable parameter to differentiate');
  }
  let shared = false;
  const frozen = leaves(model.layout, initial).flatMap(({ path }) => (freeze?.(path) ? [path] : []));
  let allReduce: OpenAllReduce<unknown> | null = null;
  try {
    const method = chooseAllReduce(pool, pool.allReduce);
    // Beside its gradient each brings its loss.
    const opened = method.open(pool, size + 1);
    allReduce = opened;
    const file = await save(model, initial);
    const data = train && (await toHostDataset(train));
    const answers = await pool.runOnEach(beginTask, (index) => ({
      file,
      data,
      options: {
        seed,
        batchSize,
        steps,
        task,
        frozen,
        ...(clipNorm !== undefined && { clipNorm }),
        augment: augment !== undefined,
        // They have the same parameters: one mean is enough.
        ...(index === 0 && ema !== undefined && { ema }),
        // Its link cannot be posted: what it is stands in the JSON.
        optimiser: JSON.parse(JSON.stringify(optimiser)),
        ...(state && { state }),
      },
      allReduce: { type: method.type, ticket: opened.ticket(index) },
    }));
    // Of some that could not load their kernels, none shares.
    shared = answers.every(({ shares }) => shares);
  } catch (error) {
    allReduce?.close();
    disposeParams(model.layout, initial);
    throw error;
  }

  let params = initial;
  let average = (ema !== undefined && state?.average) || null;
  let step = state?.step ?? 0;
  let known = step;
  let stepsPerRequest = fewest;
  return {
    get step() {
      return step;
    },
    get stepsPerRequest() {
      return stepsPerRequest;
    },
    newest: async () => {
      if (known !== step) {
        // From workers that died, nothing newer is to be had.
        const [found] = await pool.runOnEach(vectorTask, () => null).catch(() => []);
        if (found) {
          const next = paramsFrom(model.layout, params, found.newest, freeze);
          disposeParams(model.layout, params);
          params = next;
          average = found.average;
          known = step;
        }
      }
      return { params, step: known };
    },
    averaged: () => Promise.resolve(average && paramsFrom(model.layout, params, average, freeze)),
    advance: async (rates) => {
      const began = performance.now();
      const answers = await pool.runOnEach(advanceTask, () => ({ rates, shared }));
      stepsPerRequest = strideAfter(rates.length, performance.now() - began);
      const taken = (answers[0] ?? []).map((_, i) => jointStep(answers.map((steps) => steps[i] as Step)));
      step += taken.filter(({ problem }) => !problem).length;
      return taken;
    },
    state: async () => wholeState(await pool.runOnEach(stateTask, () => null), shared),
    peakBytes: async () => {
      const heaps = await pool.runOnEach(memoryTask, () => null).catch(() => []);
      return [heap?.peak() ?? null, ...heaps].reduce<number | null>(
        (sum, bytes) => (bytes === null ? sum : (sum ?? 0) + bytes),
        null,
      );
    },
    dispose: async () => {
      disposeParams(model.layout, params);
      // Where they died there is nothing to finish.
      await pool.runOnEach(finishTask, () => null).catch(() => undefined);
      allReduce.close();
    },
  };
}
