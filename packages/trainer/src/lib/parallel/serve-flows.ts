import type { Definition } from '@diffeo/core';
import type { WasmOptions } from '../backend/backend.ts';
import type { Augment } from '../data/augment.ts';
import type { ToWorker } from './messages.ts';
import { serveFlow } from './serve-flow.ts';

/** How a worker starts, and what changes its batches. */
export interface ServeOptions extends WasmOptions {
  /** What `fit`'s option `augment` stands for, which is a function and cannot be posted here. */
  readonly augment?: Augment;
}

/** The part of a module worker's global scope that is used here. */
interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(event: 'message', receive: (event: { readonly data: ToWorker }) => void): void;
}

/**
 * Makes the module worker that calls it train, score and sample for the page that started it. Bundlers then see the
 * worker and all that it imports:
 *
 * flow-worker.js: `serveFlows([...couplingDefinitions, ...elementwiseDefinitions])`; on the page: `workers: { count: 2,
 * create: () => new Worker(new URL('./flow-worker.js', import.meta.url), { type: 'module' }) }`.
 *
 * @param options what `useWasm` takes: where the kernels are, for a bundler that does not copy them; and the `augment` that
 * training is asked for with.
 */
export function serveFlows(definitions: readonly Definition[], options: ServeOptions = {}): void {
  const scope = globalThis as unknown as WorkerScope;
  serveFlow(
    {
      post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
      listen: (receive) => scope.addEventListener('message', ({ data }) => receive(data)),
    },
    definitions,
    options,
  );
}
