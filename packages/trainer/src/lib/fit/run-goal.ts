import { DiffeoError, disposeParams, type Flow, type FlowParams } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { holdDataset, holdParams } from '../data/hold.ts';
import { disposeDataset, type TensorDataset } from '../data/tensor-dataset.ts';
import type { WorkerPool } from '../executor/worker-pool.ts';
import { withWorkers } from '../tasks/start-workers.ts';
import type { Warning } from '../warnings/warning.ts';
import type { FitOptions, Fitted } from './fit-options.ts';
import { FitRun, type Reached } from './fit-run.ts';
import type { Goal } from './goal.ts';
import type { HeldData, TrainingData } from './training-data.ts';

/** What a run does with what it holds. */
interface GoalRun {
  /** Checks the data and splits them. */
  data(held: HeldData): Promise<TrainingData>;
  /** What there is to say of what was reached. */
  warnings(reached: Reached, data: TrainingData): Promise<readonly Warning[]>;
}

/** Asked before workers start, which takes its time. */
function requireShards(where: string, count: number, batchSize: number): void {
  if (count <= batchSize) return;
  throw new DiffeoError('CONFIG', `${where}: ${count} workers cannot share a batch of ${batchSize} rows`);
}

/** Trains to a goal, holding what the caller gave: what it disposes from here on does not matter. Options were checked. */
export async function runGoal(
  where: string,
  model: Flow,
  goal: Goal,
  { data, ...options }: FitOptions & { readonly data?: TensorDataset | Tensor | undefined },
  { data: prepare, warnings }: GoalRun,
): Promise<Fitted> {
  const { validation, params, workers } = options;
  const datasets: TensorDataset[] = [];
  const hold = (given: TensorDataset | Tensor, what: string): TensorDataset => {
    const dataset = holdDataset(model, given, what, { takesWeights: true });
    datasets.push(dataset);
    return dataset;
  };
  let own: FlowParams | undefined;
  let prepared: TrainingData | null = null;
  try {
    const isShare = validation === undefined || typeof validation === 'number';
    const held = {
      data: data === undefined && where !== 'fit' ? null : hold(data as Tensor, 'the training data'),
      validation: isShare ? validation : hold(validation, 'the validation data'),
    };
    own = params === undefined ? undefined : holdParams(model, params, `${where}, params`);
    const ready = await prepare(held);
    prepared = ready;
    const all = { ...options, ...(own && { params: own }) };
    const run = async (pool: WorkerPool | null) => (await FitRun.begin(pool, model, goal, ready, all)).run();
    if (workers) requireShards(where, typeof workers === 'number' ? workers : workers.count, ready.batchSize);
    const reached = workers ? await withWorkers(model, workers, run) : await run(null);
    return { ...reached, warnings: await warnings(reached, ready) };
  } finally {
    prepared?.dispose();
    for (const dataset of datasets) disposeDataset(dataset);
    if (own) disposeParams(model.layout, own);
  }
}
