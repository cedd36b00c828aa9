/** What a thread of Node runs. */
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from './messages.ts';
import { serveFlow } from './serve-flow.ts';

serveFlow({
  post: (message, transfer = []) => parentPort?.postMessage(message, [...transfer]),
  listen: (receive) => parentPort?.on('message', (message: ToWorker) => receive(message)),
});
