import type { Definition } from '@diffeo/core';
import type { WasmOptions } from '../backend.ts';
import type { ToWorker } from './messages.ts';
import { serveFlow } from './serve-flow.ts';

/** The part of a module worker's global scope that is used here. */
interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(event: 'message', receive: (event: { readonly data: ToWorker }) => void): void;
}

/**
 * Makes the module worker that calls it train, score and sample for the page that started it. Bundlers then see the
 * worker and all that it imports:
 *
 * flow-worker.js: `serveFlows([...couplingDefinitions, ...preprocessingDefinitions])`; on the page: `workers: { count: 2,
 * create: () => new Worker(new URL('./flow-worker.js', import.meta.url), { type: 'module' }) }`.
 *
 * @param wasm what `useWasm` takes: where the kernels are, for a bundler that does not copy them.
 */
export function serveFlows(definitions: readonly Definition[], wasm: WasmOptions = {}): void {
  const scope = globalThis as unknown as WorkerScope;
  serveFlow(
    {
      post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
      listen: (receive) => scope.addEventListener('message', ({ data }) => receive(data)),
    },
    definitions,
    wasm,
  );
}
