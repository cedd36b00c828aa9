import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, remoteWorker, serveTraining, type TrainingWorker } from '@diffeo/cluster';
import { DiffeoError } from '@diffeo/core';
import { requireOptions, text } from '@diffeo/core/arguments';
import type { Channel, WorkersOptions } from '@diffeo/trainer';
import type { Communicator } from './communicator.ts';
import { joinWorkers, mpiAllReduce } from './mpi-all-reduce.ts';
import { mpiLibrary } from './mpi-library.ts';

export interface MpiOptions {
  /** Modules with the definitions of the flow's layers, which workers import: `[import.meta.resolve('@diffeo/layers-coupling')]`. */
  readonly modules?: readonly (string | URL)[];
  /** Open MPI's library. Default: `libmpi.so.40`, `libmpi.so` or `libmpi.dylib`, where the system finds it. */
  readonly library?: string;
}

/** Seconds in which a worker listens again after its last caller went. */
const patience = 10;

async function reach(address: Address, secret: string): Promise<Channel> {
  const began = performance.now();
  for (;;) {
    try {
      return await remoteWorker(address, { secret });
    } catch (error) {
      if (performance.now() - began > 1000 * patience) throw error;
      await sleep(50);
    }
  }
}

/** Trains for one caller after the other, until `over`. */
async function work(first: TrainingWorker, secret: string, over: Promise<void>): Promise<void> {
  const isOver = over.then(() => true);
  for (let worker = first; ; worker = await serveTraining({ ...worker.address, secret })) {
    if (await Promise.race([isOver, worker.served.then(() => false)])) {
      worker.close();
      return;
    }
  }
}

/** What a process knows of the others. */
interface Meeting {
  readonly secret: string;
  /** Where the workers wait. */
  readonly addresses: readonly Address[];
  /** This one, unless it leads. */
  readonly worker: TrainingWorker | null;
}

/** Tells all processes where the workers wait; the first of them is none. */
async function meet(world: Communicator): Promise<Meeting> {
  const hosts = world.texts(hostname());
  const [secret = ''] = world.texts(world.rank === 0 ? randomBytes(32).toString('hex') : '');
  const isOneMachine = new Set(hosts).size === 1;
  const host = isOneMachine ? '127.0.0.1' : '0.0.0.0';
  const worker = world.rank === 0 ? null : await serveTraining({ host, secret });
  const [, ...ports] = world.texts(`${worker?.address.port}`);
  const addresses = ports.map((port, i) => ({
    host: isOneMachine ? host : (hosts[i + 1] as string),
    port: Number(port),
  }));
  return { secret, addresses, worker };
}

/** MPI cannot be initialised again, not even after it was finalised. */
let hasBegun = false;

/**
 * Trains over Open MPI, in a program that mpirun starts: the first process leads, and calls `lead` with the `workers` that `fit`
 * takes; all others are those workers, and return when it is done. `mpirun -n 5 node train.mjs` has four. What leads and who works
 * speak over sockets, and gradients go by MPI from worker to worker.
 *
 * @returns what `lead` does; `null` in the processes that work.
 * @throws DiffeoError `CONFIG` where Open MPI is not installed, started one process alone, or has begun in this process before; what `lead` throws, after which the
 * program is to end: mpirun then ends the others.
 */
export async function withMpi<T>(
  lead: (workers: WorkersOptions) => Promise<T>,
  options: MpiOptions = {},
): Promise<T | null> {
  const areModules = (value: unknown): boolean => Array.isArray(value);
  requireOptions<MpiOptions>('withMpi', options, {
    modules: { test: areModules, expected: 'a list of addresses (text or URL)' },
    library: text,
  });
  const { modules = [], library } = options;
  const mpi = mpiLibrary(library);
  if (hasBegun)
    throw new DiffeoError('CONFIG', 'MPI begins once in a process: train all that there is within one withMpi');
  hasBegun = true;
  const world = mpi.init();
  if (world.size < 2) {
    mpi.finalize();
    throw new DiffeoError(
      'CONFIG',
      'MPI has one process, and training takes one that leads and others that work: start it by mpirun -n 3',
    );
  }
  const { secret, addresses, worker } = await meet(world);
  joinWorkers(world.split(worker !== null));
  let result: T | null = null;
  if (worker) await work(worker, secret, world.barrier());
  else {
    const own = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url);
    result = await lead({
      count: addresses.length,
      create: (index) => reach(addresses[index] as Address, secret),
      allReduce: mpiAllReduce,
      modules: [own, ...modules],
    });
    await world.barrier();
  }
  joinWorkers(null);
  mpi.finalize();
  return result;
}
