import type { Definition } from '@diffeo/core';
import type { WasmOptions } from '../backend/backend.ts';
import type { Augment } from '../data/augment.ts';
import type { AllReduceMethod } from '../executor/all-reduce.ts';
import type { Port } from '../executor/channel.ts';
import { serveTasks } from '../executor/serve-tasks.ts';
import type { AnyTask } from '../executor/task.ts';
import { workerScopePort } from '../executor/worker-channels.ts';
import type { Loss, LossFunction } from '../training/loss.ts';
import { builtInTasks } from './built-in-tasks.ts';
import { tasksIn } from './exports-of.ts';
import { flowWorker } from './flow-worker.ts';

/** How a worker starts, and what it knows besides definitions: what modules that are named to workers of Node would export. */
export interface ServeOptions extends WasmOptions {
  /** What `fit`'s option `augment` stands for, which is a function and cannot be posted here. */
  readonly augment?: Augment;
  /** What `minimise`'s loss stands for, which is a function too. */
  readonly loss?: Loss | LossFunction;
  /** Tasks beside those of this package. */
  readonly tasks?: readonly AnyTask[];
  /** Ways to add up gradients beside those of this package. */
  readonly allReduces?: readonly AllReduceMethod[];
  /** Where messages come from and go to. Default: the global scope of a module worker. */
  readonly port?: Port;
}

/**
 * Makes the module worker that calls it train, score and sample for the page that started it. Bundlers then see the
 * worker and all that it imports:
 *
 * flow-worker.js: `serveFlows([...couplingDefinitions, ...elementwiseDefinitions])`; on the page: `workers: { count: 2,
 * create: () => new Worker(new URL('./flow-worker.js', import.meta.url), { type: 'module' }) }`.
 *
 * @param options what `useWasm` takes: where the kernels are, for a bundler that does not copy them; the `augment` and the tasks
 * that workers are asked for; and the `port` of a channel of your own.
 */
export function serveFlows(definitions: readonly Definition[], options: ServeOptions = {}): void {
  const { port = workerScopePort(), augment, loss, tasks = [], allReduces = [], ...wasm } = options;
  const given = { ...(augment && { augment }), ...(loss && { loss }), tasks, allReduces };
  let modules = (): readonly object[] => [given];
  serveTasks(
    port,
    (notes) => {
      const worker = flowWorker(notes, { definitions, given, wasm });
      modules = () => worker.modules;
      return worker;
    },
    () => [...builtInTasks, ...tasksIn(modules())],
  );
}
