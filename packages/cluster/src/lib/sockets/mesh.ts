import { timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { DiffeoError } from '@diffeo/core';
import type { ByteReader } from './byte-reader.ts';
import { socketReader } from './socket-reader.ts';

/** Where a worker waits for the others. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A connection to another worker. */
export interface Peer extends Pick<ByteReader, 'read'> {
  send(bytes: Uint8Array): void;
}

/** Connections from one worker to all others. */
export interface Mesh {
  /** Where the others reach this worker. */
  readonly address: Promise<Address>;
  /** Connects, when the addresses of all are known: a peer for each worker but this. */
  connect(addresses: readonly Address[]): Promise<ReadonlyMap<number, Peer>>;
  close(): void;
}

/** Seconds that connecting may take. */
const patience = 60;

const peerOver = (socket: Socket, reader: ByteReader): Peer => ({
  read: reader.read,
  send: (bytes) => void socket.write(bytes),
});

/**
 * One worker's part in connections between all. Each waits at a port of its own; of two, the later one calls. Who calls says the
 * secret first and then its number; without the secret nothing of what it says is looked at.
 */
export function mesh({
  index,
  count,
  host,
  secret,
}: {
  readonly index: number;
  readonly count: number;
  readonly host: string;
  /** 32 bytes in hexadecimal. */
  readonly secret: string;
}): Mesh {
  const key = Buffer.from(secret, 'hex');
  const sockets = new Set<Socket>();
  const peers = new Map<number, Peer>();
  let changed: (() => void) | null = null;

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  }
  async function welcome(socket: Socket): Promise<void> {
    const reader = socketReader(keep(socket), 'a worker');
    try {
      const hello = await reader.read(key.length + 4);
      const other = new DataView(hello.buffer).getUint32(key.length, true);
      const isKnown = timingSafeEqual(hello.subarray(0, key.length), key);
      if (!isKnown || other <= index || other >= count || peers.has(other))
        throw new DiffeoError('WORKER', 'a stranger');
      peers.set(other, peerOver(socket, reader));
      changed?.();
    } catch {
      socket.destroy();
    }
  }

  const server: Server = createServer((socket) => void welcome(socket));
  const address = new Promise<Address>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new DiffeoError('WORKER', `no port of ${host} can be had: ${message}`)),
    );
    server.listen(0, host, () => resolve({ host, port: (server.address() as { readonly port: number }).port }));
  });

  async function call(other: number, { host: at, port }: Address): Promise<void> {
    const socket = keep(connect(port, at));
    const reader = socketReader(socket, `worker ${other + 1}`);
    const hello = Buffer.alloc(key.length + 4);
    key.copy(hello);
    hello.writeUInt32LE(index, key.length);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', ({ message }) =>
        reject(new DiffeoError('WORKER', `worker ${other + 1} is not reached: ${message}`)),
      );
    });
    socket.write(hello);
    peers.set(other, peerOver(socket, reader));
    changed?.();
  }

  return {
    address,
    connect: async (addresses) => {
      const late = setTimeout(() => changed?.(), 1000 * patience);
      const began = performance.now();
      try {
        await Promise.all(addresses.slice(0, index).map((to, other) => call(other, to)));
        while (peers.size < count - 1) {
          if (performance.now() - began >= 1000 * patience) {
            throw new DiffeoError(
              'WORKER',
              `only ${peers.size} of ${count - 1} workers were reached within ${patience} seconds`,
            );
          }
          await new Promise<void>((resolve) => {
            changed = resolve;
          });
        }
        return peers;
      } finally {
        changed = null;
        clearTimeout(late);
      }
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
