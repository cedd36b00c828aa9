import { randomBytes } from 'node:crypto';
import type { AllReduceMethod } from '@diffeo/trainer';
import { type PartTransport, partOf, reduceInParts } from '../all-reduce/reduce-in-parts.ts';
import { type Address, mesh, type Peer } from './mesh.ts';

/** What a worker joins by. */
interface Ticket {
  readonly topic: string;
  /** On which of its addresses the others reach it. */
  readonly host: string;
  readonly secret: string;
}

/** Counts those that were opened. */
let opened = 0;

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Reads so many float32 numbers. */
const numbersFrom = async (peer: Peer, length: number): Promise<Float32Array> =>
  new Float32Array((await peer.read(4 * length)).buffer);

/** Parts of vectors by connections to all others. */
const overSockets = (index: number, count: number, peers: ReadonlyMap<number, Peer>): PartTransport => ({
  exchange: async (values) => {
    for (const [other, peer] of peers) peer.send(bytesOf(values.subarray(...partOf(values.length, other, count))));
    const [begin, end] = partOf(values.length, index, count);
    const own = values.slice(begin, end);
    const partFrom = (other: number): Float32Array | Promise<Float32Array> =>
      other === index ? own : numbersFrom(peers.get(other) as Peer, end - begin);
    return await Promise.all(Array.from({ length: count }, (_, other) => partFrom(other)));
  },
  gather: async (part, whole) => {
    for (const peer of peers.values()) peer.send(bytesOf(part));
    whole.set(part, partOf(whole.length, index, count)[0]);
    await Promise.all(
      [...peers].map(async ([other, peer]) => {
        const [from, to] = partOf(whole.length, other, count);
        whole.set(await numbersFrom(peer, to - from), from);
      }),
    );
  },
});

/** Workers on these hosts, in their order: the address by which the others reach each. */
export const socketAllReduceOn = (hosts: readonly string[]): AllReduceMethod<Ticket> => ({
  ...socketAllReduce,
  open: (pool, length) => openFor(hosts, pool, length),
});

const openFor = (hosts: readonly string[], { count, notes }: Parameters<AllReduceMethod['open']>[0], _: number) => {
  const topic = `sockets ${opened++}`;
  const secret = randomBytes(32).toString('hex');
  const addresses = new Map<number, Address>();
  const close = notes.on(topic, (worker, body) => {
    addresses.set(worker, body as Address);
    if (addresses.size < count) return;
    const all = Array.from({ length: count }, (_, i) => addresses.get(i) as Address);
    for (let i = 0; i < count; i++) notes.post(i, topic, all);
  });
  return { ticket: (worker: number): Ticket => ({ topic, host: hosts[worker] ?? '127.0.0.1', secret }), close };
};

/**
 * Adds up gradients over sockets from worker to worker, for workers in processes and on machines of their own. The numbers travel as
 * they are, without encryption: it is for networks that you trust. Workers find it in their modules: name `@diffeo/cluster` there.
 * On one machine as it is; on several with {@link socketAllReduceOn}.
 */
export const socketAllReduce: AllReduceMethod<Ticket> = {
  kind: 'all-reduce',
  type: '@diffeo/cluster/sockets',
  suits: () => true,
  open: (pool, length) => openFor([], pool, length),
  join: ({ topic, host, secret }, { index, count, length, notes }) => {
    const all = mesh({ index, count, host, secret });
    const peers = new Promise<ReadonlyMap<number, Peer>>((resolve, reject) => {
      const stop = notes.on(topic, (addresses) => {
        stop();
        all.connect(addresses as Address[]).then(resolve, reject);
      });
      all.address.then((address) => notes.post(topic, address), reject);
    });
    // Whoever adds up hears of it.
    peers.catch(() => undefined);
    return {
      shared: null,
      sum: async (write) => {
        const values = new Float32Array(length);
        write(values);
        return { vectors: [await reduceInParts(values, overSockets(index, count, await peers))], own: null };
      },
      close: () => all.close(),
    };
  },
};
