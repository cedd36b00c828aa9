import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { DiffeoError } from '@diffeo/core';
import type { Channel } from '@diffeo/trainer';
import { serveFlows, socketPort } from '@diffeo/trainer/worker';
import type { ByteReader } from './byte-reader.ts';
import type { Address } from './mesh.ts';
import { socketReader } from './socket-reader.ts';

const nonceBytes = 32;

/** What proves that a side has the secret, without saying it. */
const proof = (secret: string, nonce: Uint8Array, side: string): Buffer =>
  createHmac('sha256', secret).update(side).update(nonce).digest();

/** Each side proves to the other that it has the secret, before either reads a message. @throws DiffeoError `WORKER` */
async function greet(socket: Socket, reader: ByteReader, secret: string, side: 'caller' | 'worker'): Promise<void> {
  const nonce = randomBytes(nonceBytes);
  socket.write(nonce);
  const other = side === 'caller' ? 'worker' : 'caller';
  socket.write(proof(secret, await reader.read(nonceBytes), side));
  const shown = await reader.read(nonceBytes);
  if (!timingSafeEqual(shown, proof(secret, nonce, other))) {
    throw new DiffeoError('WORKER', `the ${other} has another secret`);
  }
}

/** Refuses a secret that could be guessed. */
function requireSecret(secret: string): void {
  if (typeof secret === 'string' && secret.length >= 16) return;
  throw new DiffeoError('CONFIG', 'the secret that a caller and its workers share has 16 characters or more');
}

/** A process that trains for a caller elsewhere. */
export interface TrainingWorker {
  readonly address: Address;
  /** When the caller has gone. */
  readonly served: Promise<void>;
  close(): void;
}

/**
 * Waits for one caller to connect, and does its tasks until it goes: the worker's end of {@link remoteWorker}, a process for each.
 *
 * @throws DiffeoError `CONFIG`; `WORKER` where the port is not to be had.
 */
export async function serveTraining({
  host = '127.0.0.1',
  port = 0,
  secret,
}: {
  /** The address to wait at. Default: for callers on this machine. */
  readonly host?: string;
  /** Default: any that is free. */
  readonly port?: number;
  readonly secret: string;
}): Promise<TrainingWorker> {
  requireSecret(secret);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new DiffeoError('WORKER', `${host}:${port} is not to be had: ${message}`)),
    );
    server.listen(port, host, resolve);
  });
  const served = new Promise<void>((resolve) => {
    server.on('connection', async (socket) => {
      const reader = socketReader(socket, 'the caller');
      try {
        await greet(socket, reader, secret, 'worker');
      } catch {
        socket.destroy();
        return;
      }
      server.close();
      reader.release();
      socket.once('close', () => resolve());
      serveFlows([], { port: socketPort(socket) });
    });
  });
  const { port: taken } = server.address() as { readonly port: number };
  return { address: { host, port: taken }, served, close: () => server.close() };
}

/**
 * A channel to a process that {@link serveTraining} runs, for the option `create` of workers: `workers: { count: 2, create: (index) =>
 * remoteWorker(addresses[index], { secret }), modules }`. Modules are imported there, so they lie at the same place.
 *
 * @throws DiffeoError `CONFIG`; `WORKER` where nobody answers, or somebody without the secret.
 */
export async function remoteWorker({ host, port }: Address, { secret }: { readonly secret: string }): Promise<Channel> {
  requireSecret(secret);
  const socket = connect(port, host);
  const reader = socketReader(socket, `the worker at ${host}:${port}`);
  try {
    await greet(socket, reader, secret, 'caller');
  } catch (error) {
    socket.destroy();
    throw error;
  }
  reader.release();
  let ended = false;
  return {
    ...socketPort(socket),
    sharesMemory: false,
    onDeath: (receive) => void socket.once('close', () => ended || receive('its connection closed')),
    end: () =>
      new Promise((resolve) => {
        ended = true;
        if (socket.destroyed) resolve();
        else socket.once('close', () => resolve()).destroy();
      }),
  };
}
