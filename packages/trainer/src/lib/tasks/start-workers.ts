import type { Density } from '@diffeo/core';
import { requireDensity } from '../data/hold.ts';
import type { Channel } from '../executor/channel.ts';
import { startNodeThread, webWorkerChannel } from '../executor/worker-channels.ts';
import { type WorkerPool, workerPool } from '../executor/worker-pool.ts';
import type { Workers, WorkersOptions } from '../executor/workers.ts';
import { modulesOf } from './modules-of.ts';
import { openTask } from './open-task.ts';
import { isStarted, requireWorkersOptions } from './workers-option.ts';

/** A thread of Node that serves flows. */
const flowThread = (): Channel =>
  startNodeThread(new URL(import.meta.url.endsWith('.ts') ? './node-worker.ts' : './node-worker.js', import.meta.url));

const isChannel = (made: Worker | Channel): made is Channel => 'onDeath' in made && 'post' in made;

/** The channel to what a caller made. */
async function channelTo(created: ReturnType<NonNullable<WorkersOptions['create']>>): Promise<Channel> {
  const made = await created;
  return isChannel(made) ? made : webWorkerChannel(made);
}

/** Channels to all workers; those that were made are ended where another could not be. */
async function startChannels({ count, create }: WorkersOptions): Promise<Channel[]> {
  const made = await Promise.allSettled(
    Array.from({ length: count }, async (_, i) => (create ? await channelTo(create(i)) : flowThread())),
  );
  const channels = made.flatMap((settled) => (settled.status === 'fulfilled' ? [settled.value] : []));
  const failed = made.find(({ status }) => status === 'rejected');
  if (!failed) return channels;
  await Promise.all(channels.map((channel) => channel.end()));
  throw (failed as PromiseRejectedResult).reason;
}

/**
 * Starts workers for a flow: threads of Node or web workers, each with its own copy of the WASM backend. `fit`, `score` and
 * `sample` take them, and they do {@link defineTask | tasks} of your own; start them once and use them for all.
 *
 * @throws DiffeoError `CONFIG`; `WORKER` when one does not start or the flow's definitions are not found.
 */
export const startWorkers = (model: Density, options: WorkersOptions): Promise<Workers> => startPool(model, options);

/** {@link startWorkers}, with what this package needs of them. */
async function startPool(model: Density, options: WorkersOptions): Promise<WorkerPool> {
  requireDensity(model, 'workers');
  requireWorkersOptions(options);
  const { count, create, allReduce, startSeconds = 60 } = options;
  const modules = options.modules?.map(String) ?? [];
  const packages = create ? [] : modulesOf(model.spec, { given: options.modules !== undefined });
  const pool = workerPool(await startChannels(options), allReduce && { allReduce });
  const silence = setTimeout(() => {
    const advice = create ? 'Does its module call serveFlows()? Slow ones need more startSeconds.' : 'Try again.';
    void pool.end(`not every worker answered within ${startSeconds} s. ${advice}`);
  }, 1000 * startSeconds);
  try {
    await pool.runOnEach(openTask, (index) => ({ modules, packages, index, count }));
  } catch (error) {
    await pool.close();
    throw error;
  } finally {
    clearTimeout(silence);
  }
  return pool;
}

/** Runs `work` with workers that were given, or with some of its own. */
export async function withWorkers<T>(
  model: Density,
  workers: number | WorkersOptions | Workers,
  work: (pool: WorkerPool) => Promise<T>,
): Promise<T> {
  if (isStarted(workers)) return work(workers as WorkerPool);
  const pool = await startPool(model, typeof workers === 'number' ? { count: workers } : workers);
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}
