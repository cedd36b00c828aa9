import type { FromWorker, ToWorker } from './messages.ts';
import { nodeModule } from './node-modules.ts';

/** The caller's end of the channel to a worker. */
export interface Thread {
  post(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  onMessage(receive: (message: FromWorker) => void): void;
  /** Called once when the worker ends by itself, with the reason. */
  onDeath(receive: (reason: string) => void): void;
  end(): Promise<void>;
}

/** What `worker_threads` and the browser's `Worker` both are, as far as it is used here. */
interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', receive: (message: FromWorker) => void): unknown;
  on(event: 'error', receive: (error: Error) => void): unknown;
  on(event: 'exit', receive: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

/** A worker of the browser as a {@link Thread}. */
export const webThread = (worker: Worker): Thread => ({
  post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
  onMessage: (receive) => worker.addEventListener('message', ({ data }) => receive(data)),
  onDeath: (receive) => {
    worker.addEventListener('error', ({ message }) => receive(message || 'its module did not load'));
    worker.addEventListener('messageerror', () => receive('it sent what cannot be read'));
  },
  end: () => Promise.resolve(worker.terminate()),
});

function nodeThread(worker: NodeWorker): Thread {
  let ended = false;
  return {
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

/** A thread of Node that serves flows. */
export function startNodeThread(): Thread {
  const { Worker: NodeThread } = nodeModule('worker_threads');
  const file = import.meta.url.endsWith('.ts') ? './node-worker.ts' : './node-worker.js';
  return nodeThread(new NodeThread(new URL(file, import.meta.url)) as unknown as NodeWorker);
}
