import { randomBytes } from 'node:crypto';
import type { AllReduceMethod } from '@diffeo/trainer';
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

/** The part of a vector that a worker adds up: all have about as many numbers. */
export const partOf = (length: number, worker: number, count: number): readonly [begin: number, end: number] => [
  Math.floor((length * worker) / count),
  Math.floor((length * (worker + 1)) / count),
];

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Reads so many float32 numbers. */
const numbersFrom = async (peer: Peer, length: number): Promise<Float32Array> =>
  new Float32Array((await peer.read(4 * length)).buffer);

/**
 * One all-reduce: each worker sends every other its part of the vector, adds up its own part in the order of the workers, and sends
 * the sum to all. Of L numbers and n workers each sends 2 (n − 1) / n · L, as a ring does, in two rounds rather than 2 (n − 1).
 */
async function reduce(values: Float32Array, index: number, count: number, peers: ReadonlyMap<number, Peer>) {
  const { length } = values;
  for (const [other, peer] of peers) peer.send(bytesOf(values.subarray(...partOf(length, other, count))));
  const [begin, end] = partOf(length, index, count);
  const own = values.slice(begin, end);
  const parts = await Promise.all(
    Array.from({ length: count }, (_, other) =>
      other === index ? own : numbersFrom(peers.get(other) as Peer, end - begin),
    ),
  );
  // In float32, from the first on: what every other way of adding up gives too.
  const sum = (parts[0] as Float32Array).slice();
  for (const part of parts.slice(1))
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
  for (const peer of peers.values()) peer.send(bytesOf(sum));
  const whole = new Float32Array(length);
  whole.set(sum, begin);
  await Promise.all(
    [...peers].map(async ([other, peer]) => {
      const [from, to] = partOf(length, other, count);
      whole.set(await numbersFrom(peer, to - from), from);
    }),
  );
  return whole;
}

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
        return { vectors: [await reduce(values, index, count, await peers)], own: null };
      },
      close: () => all.close(),
    };
  },
};
