/** A thread of Node that serves flows, without kernels where its data say so. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker } from '../src/lib/parallel/messages.ts';
import { serveFlow } from '../src/lib/parallel/serve-flow.ts';

serveFlow(
  {
    post: (message, transfer = []) => parentPort?.postMessage(message, [...transfer]),
    listen: (receive) => parentPort?.on('message', (message: ToWorker) => receive(message)),
  },
  [],
  { kernels: workerData.kernels },
);
