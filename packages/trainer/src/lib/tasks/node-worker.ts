/** What a thread of Node runs. */
import { parentPort } from 'node:worker_threads';
import { serveFlows } from './serve-flows.ts';

serveFlows([], {
  port: {
    post: (message, transfer = []) => parentPort?.postMessage(message, [...transfer]),
    onMessage: (receive) => parentPort?.on('message', receive),
  },
});
