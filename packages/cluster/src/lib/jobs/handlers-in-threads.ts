import { DiffeoError, flow } from '@diffeo/core';
import { startWorkers, type Workers } from '@diffeo/trainer';
import { handleTask } from './handle-task.ts';
import type { Handlers } from './handler.ts';

/** Handlers that run in threads. Close them when they are no longer needed. */
export interface ThreadedHandlers {
  readonly handlers: Handlers;
  close(): Promise<void>;
}

/** What threads are started with. */
export interface ThreadOptions {
  /** A module that exports `handlers`. */
  readonly module: string | URL;
  /** The types of its handlers. */
  readonly types: readonly string[];
  /** How many threads; as many `slots` keep all of them busy. */
  readonly count: number;
}

/** Threads need no model for this, and take any. */
const anyModel = () => flow({ eventShape: [1], layers: [] });

/**
 * Has the handlers of a module done by threads, each with its own copy of the WASM backend: jobs of one process run at the same time
 * only so. A thread that dies fails its job and is started again.
 *
 * @throws DiffeoError `WORKER` when threads do not start.
 */
export async function handlersInThreads({ module, types, count }: ThreadOptions): Promise<ThreadedHandlers> {
  const own = new URL(import.meta.url.endsWith('.ts') ? './handle-task.ts' : './handle-task.js', import.meta.url);
  const start = (): Promise<Workers> => startWorkers(anyModel(), { count: 1, modules: [own, module] });
  const threads: (Workers | null)[] = await Promise.all(Array.from({ length: count }, start));
  const free = [...threads.keys()];
  const waiting: ((thread: number) => void)[] = [];
  const take = (): Promise<number> => {
    const thread = free.shift();
    return thread === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(thread);
  };
  const give = (thread: number): void => {
    const next = waiting.shift();
    if (next) next(thread);
    else free.push(thread);
  };

  async function run(type: string, request: Parameters<Handlers[string]>[0], context: Parameters<Handlers[string]>[1]) {
    const thread = await take();
    try {
      const pool = threads[thread] ?? (await start());
      threads[thread] = pool;
      const asked = { type, request, root: context.root.path, folder: context.folder };
      const [bytes] = await pool.run(handleTask, [asked], { signal: context.signal });
      if (!bytes) throw new DiffeoError('WORKER', 'the thread gave no output');
      return bytes;
    } catch (error) {
      // What died takes no more, and a new one is started with the next job.
      if ((error as DiffeoError).code === 'WORKER') {
        await threads[thread]?.close();
        threads[thread] = null;
      }
      throw error;
    } finally {
      give(thread);
    }
  }

  return {
    handlers: Object.fromEntries(types.map((type) => [type, (request, context) => run(type, request, context)])),
    close: async () => void (await Promise.all(threads.map((thread) => thread?.close()))),
  };
}
