/** Ways to reach workers: all are held to the same tests. */
import { spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Channel, Port, WorkersOptions } from '../src/index.ts';
import { serveFlows, socketPort } from '../src/worker.ts';

const messagePort = (port: MessagePort): Port => ({
  post: (message, transfer = []) => port.postMessage(message, [...transfer]),
  onMessage: (receive) => void port.on('message', receive),
});

/** A worker on this very thread. Memory that one waits for in would be waited for for ever. */
function sameThread(): Channel {
  const { port1, port2 } = new MessageChannel();
  serveFlows([], { port: messagePort(port2) });
  return { ...messagePort(port1), sharesMemory: false, onDeath: () => undefined, end: async () => port1.close() };
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
  });

/** A worker in a process of its own, which calls back on a socket. */
async function ownProcess(): Promise<Channel> {
  const server = createServer();
  const called = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const file = new URL('./socket-worker.ts', import.meta.url).pathname;
  const process = spawn(globalThis.process.execPath, [file, String(await listening(server))], { stdio: 'inherit' });
  const socket = await called;
  server.close();
  let ended = false;
  return {
    ...socketPort(socket),
    sharesMemory: false,
    onDeath: (receive) => {
      process.on('exit', (code) => ended || receive(`it ended with code ${code}`));
    },
    end: async () => {
      ended = true;
      const exited = new Promise((resolve) => process.once('exit', resolve));
      if (process.exitCode !== null) return;
      socket.destroy();
      await exited;
    },
  };
}

/** By name, how each is made. Threads are those of the package itself. */
export const channels: Readonly<Record<string, Pick<WorkersOptions, 'create'>>> = {
  threads: {},
  'message ports on one thread': { create: sameThread },
  'processes over sockets': { create: ownProcess },
};
