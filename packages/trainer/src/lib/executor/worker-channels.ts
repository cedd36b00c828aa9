import type { Channel, Port } from './channel.ts';
import { nodeModule } from './node-modules.ts';

/** What `worker_threads` and the browser's `Worker` both are, as far as it is used here. */
interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', receive: (message: unknown) => void): unknown;
  on(event: 'error', receive: (error: Error) => void): unknown;
  on(event: 'exit', receive: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

const sharesMemory = (): boolean => typeof SharedArrayBuffer !== 'undefined';

/** The channel to a worker of the browser. */
export const webWorkerChannel = (worker: Worker): Channel => ({
  sharesMemory: sharesMemory(),
  post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
  onMessage: (receive) => worker.addEventListener('message', ({ data }) => receive(data)),
  onDeath: (receive) => {
    worker.addEventListener('error', ({ message }) => receive(message || 'its module did not load'));
    worker.addEventListener('messageerror', () => receive('it sent what cannot be read'));
  },
  end: () => Promise.resolve(worker.terminate()),
});

/** The channel to a thread of Node. */
function nodeThreadChannel(worker: NodeWorker): Channel {
  let ended = false;
  return {
    sharesMemory: sharesMemory(),
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (receive) => void worker.on('message', receive),
    onDeath: (receive) => {
      worker.on('error', ({ message }) => receive(message));
      worker.on('exit', (code) => ended || receive(`it ended with code ${code}`));
    },
    end: async () => {
      ended = true;
      await worker.terminate();
    },
  };
}

/**
 * Starts a thread of Node on a module, without that bundlers see it.
 *
 * @throws DiffeoError `WORKER` where this is not Node.
 */
export function startNodeThread(module: URL): Channel {
  const { Worker: NodeThread } = nodeModule('worker_threads');
  return nodeThreadChannel(new NodeThread(module) as unknown as NodeWorker);
}

/** The part of a module worker's global scope that is used here. */
interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(event: 'message', receive: (event: { readonly data: unknown }) => void): void;
}

/** The end of the channel in a worker of the browser. */
export function workerScopePort(): Port {
  const scope = globalThis as unknown as WorkerScope;
  return {
    post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
    onMessage: (receive) => scope.addEventListener('message', ({ data }) => receive(data)),
  };
}
