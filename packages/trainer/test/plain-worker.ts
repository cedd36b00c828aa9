/** A thread of Node that serves flows, without kernels where its data say so. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveFlows } from '../src/worker.ts';

serveFlows([], {
  kernels: workerData.kernels,
  port: {
    post: (message, transfer = []) => parentPort?.postMessage(message, [...transfer]),
    onMessage: (receive) => parentPort?.on('message', receive),
  },
});
