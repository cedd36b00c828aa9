import { DiffeoError, type Flow } from '@diffeo/core';
import { requireFlow } from '../data/hold.ts';
import { addInto } from './all-reduce.ts';
import type { Answers, FromWorker, Task } from './messages.ts';
import { modulesOf } from './modules-of.ts';
import { startNodeThread, type Thread, webThread } from './thread.ts';
import type { WorkerPool, Workers, WorkersOptions } from './worker-pool.ts';
import { isStarted, requireWorkersOptions } from './workers-option.ts';

export type { WorkerPool, Workers, WorkersOptions } from './worker-pool.ts';

interface Pending {
  readonly resolve: (answer: Answers[keyof Answers]) => void;
  readonly reject: (error: DiffeoError) => void;
}

/** Gathers the shares of a step that come by message, and sends everybody the sum. */
function gatherShares(threads: readonly Thread[]): (index: number, values: Float32Array) => void {
  const shares = new Map<number, Float32Array>();
  return (index, values) => {
    shares.set(index, values);
    if (shares.size < threads.length) return;
    const sum = new Float32Array(values.length);
    addInto(
      sum,
      threads.map((_, i) => shares.get(i) as Float32Array),
    );
    shares.clear();
    for (const thread of threads) thread.post({ kind: 'joined', values: sum });
  };
}

/**
 * Starts workers for a flow: threads of Node or web workers, each with its own copy of the WASM backend. `fit`, `score` and
 * `sample` take them; start them once and use them for all.
 *
 * @throws DiffeoError `CONFIG`; `WORKER` when one does not start or the flow's definitions are not found.
 */
export const startWorkers = (model: Flow, options: WorkersOptions): Promise<Workers> => startPool(model, options);

/** {@link startWorkers}, with what this package needs of them. */
async function startPool(model: Flow, options: WorkersOptions): Promise<WorkerPool> {
  requireFlow(model, 'workers');
  requireWorkersOptions(options);
  const { count, modules, create, startSeconds = 60 } = options;
  const addresses = modules?.map(String) ?? (create ? [] : modulesOf(model.spec));
  const threads = await Promise.all(
    Array.from({ length: count }, () => (create ? webThread(create()) : startNodeThread())),
  );
  const pending: (Pending | null)[] = threads.map(() => null);
  const gather = gatherShares(threads);
  let closed: DiffeoError | null = null;
  let reducing = false;

  /** After this nothing is answered: the others may wait for the one that died. */
  async function close(reason: string): Promise<void> {
    if (closed) return;
    closed = new DiffeoError('WORKER', reason);
    for (const [i, waiting] of pending.entries()) {
      pending[i] = null;
      waiting?.reject(closed);
    }
    await Promise.all(threads.map((thread) => thread.end()));
  }

  function receive(index: number, message: FromWorker): void {
    if (message.kind === 'share') {
      gather(index, message.values);
      return;
    }
    const waiting = pending[index];
    pending[index] = null;
    if (message.kind === 'answer') {
      waiting?.resolve(message.answer);
      return;
    }
    const { code, message: text, cause } = message.failure;
    waiting?.reject(new DiffeoError(code ?? 'WORKER', code ? text : `worker ${index + 1} failed: ${text}`, { cause }));
    // The others would wait for its share for ever.
    if (reducing) void close(`worker ${index + 1} of ${count} failed: ${text}`);
  }

  for (const [i, thread] of threads.entries()) {
    thread.onMessage((message) => receive(i, message));
    thread.onDeath((reason) => void close(`worker ${i + 1} of ${count} died: ${reason}`));
  }

  async function askNow<T extends Task>(task: (index: number) => T): Promise<Answers[T['type']][]> {
    if (closed) throw closed;
    let firstFailure: DiffeoError | null = null;
    const tasks = threads.map((_, i) => task(i));
    reducing = tasks.some(({ type }) => type === 'advance');
    const answers = threads.map((thread, i) =>
      new Promise<Answers[T['type']]>((resolve, reject) => {
        pending[i] = { resolve: resolve as Pending['resolve'], reject };
        thread.post({ kind: 'task', task: tasks[i] as T });
      }).catch((error: DiffeoError) => {
        firstFailure ??= error;
        return null as never;
      }),
    );
    const answered = await Promise.all(answers);
    if (firstFailure) throw firstFailure;
    return answered;
  }

  /** One question at a time, in the order asked. */
  let before: Promise<unknown> = Promise.resolve();
  function ask<T extends Task>(task: (index: number) => T): Promise<Answers[T['type']][]> {
    const asked = before.then(() => askNow(task));
    before = asked.catch(() => undefined);
    return asked;
  }

  const pool: WorkerPool = { count, ask, close: () => close('the workers were closed') };
  const silence = setTimeout(() => {
    const advice = create ? 'Does its module call serveFlows()? Slow ones need more startSeconds.' : 'Try again.';
    void close(`not every worker answered within ${startSeconds} s. ${advice}`);
  }, 1000 * startSeconds);
  try {
    await ask(() => ({ type: 'open', modules: addresses }));
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
  model: Flow,
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
