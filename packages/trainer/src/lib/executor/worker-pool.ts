import { DiffeoError } from '@diffeo/core';
import type { AllReduceMethod } from './all-reduce.ts';
import type { CallerNotes, Channel } from './channel.ts';
import { fromFailure } from './failure.ts';
import type { FromWorker, ToWorker } from './frames.ts';
import type { Task } from './task.ts';
import type { RunOptions, Workers } from './workers.ts';

/** Workers as the functions of this package see them. */
export interface WorkerPool extends Workers {
  /** Whether memory can be shared with all of them. */
  readonly sharesMemory: boolean;
  /** How their gradients are to be added up, where that was said. */
  readonly allReduce: AllReduceMethod | undefined;
  readonly notes: CallerNotes;
  /** Ends them for this reason, which whoever asks afterwards is told. */
  end(reason: string): Promise<void>;
}

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: DiffeoError) => void;
}

const cancelled = (cause: unknown): DiffeoError =>
  new DiffeoError('CANCELLED', 'the task was cancelled by its signal', { cause });

/**
 * Workers at the other ends of these channels. It knows neither what tasks do nor how messages travel. One question is asked at
 * a time, in the order in which they come.
 */
export function workerPool(
  channels: readonly Channel[],
  { allReduce }: { readonly allReduce?: AllReduceMethod } = {},
): WorkerPool {
  const count = channels.length;
  const pending = channels.map(() => new Map<number, Pending>());
  const listeners = new Map<string, (worker: number, body: unknown) => void>();
  let calls = 0;
  let closed: DiffeoError | null = null;
  /** Whether workers may be waiting for each other. */
  let collective = false;

  const post = (worker: number, message: ToWorker, transfer?: readonly ArrayBuffer[]): void =>
    (channels[worker] as Channel).post(message, transfer);

  let ended: Promise<unknown> | null = null;
  /** Whoever ends them a second time waits for the first. */
  async function end(reason: string): Promise<void> {
    if (!closed) {
      closed = new DiffeoError('WORKER', reason);
      for (const waiting of pending) {
        for (const { reject } of waiting.values()) reject(closed);
        waiting.clear();
      }
      ended = Promise.all(channels.map((channel) => channel.end()));
    }
    await ended;
  }

  function receive(worker: number, message: FromWorker): void {
    if (message.kind === 'note') {
      listeners.get(message.topic)?.(worker, message.body);
      return;
    }
    const waiting = pending[worker]?.get(message.id);
    pending[worker]?.delete(message.id);
    if (message.kind === 'answer') {
      waiting?.resolve(message.answer as never);
      return;
    }
    waiting?.reject(fromFailure(message.failure, worker));
    // The others would wait for it for ever.
    if (collective) void end(`worker ${worker + 1} of ${count} failed: ${message.failure.message}`);
  }

  for (const [i, channel] of channels.entries()) {
    channel.onMessage((message) => receive(i, message as FromWorker));
    channel.onDeath((reason) => void end(`worker ${i + 1} of ${count} died: ${reason}`));
  }

  async function call<Request, Answer>(
    worker: number,
    { type }: Task<Request, Answer>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const id = calls++;
    const cancel = (): void => post(worker, { kind: 'cancel', id });
    try {
      return await new Promise<Answer>((resolve, reject) => {
        if (closed) throw closed;
        pending[worker]?.set(id, { resolve, reject });
        try {
          post(worker, { kind: 'call', id, type, request });
        } catch (cause) {
          pending[worker]?.delete(id);
          throw new DiffeoError('CONFIG', `${type}: the request cannot be posted: ${(cause as Error).message}`, {
            cause,
          });
        }
        signal?.addEventListener('abort', cancel);
      });
    } catch (error) {
      // What a task throws because it was aborted says no more than that.
      throw signal?.aborted && !closed ? cancelled(signal.reason) : error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Runs work on every worker to its end, and throws the first failure only then, so that none is still busy. */
  async function onAll(
    work: (worker: number, failed: () => boolean) => Promise<void>,
    { signal }: RunOptions,
  ): Promise<void> {
    if (closed) throw closed;
    let failure: { readonly error: unknown } | null = null;
    const failed = (): boolean => failure !== null || signal?.aborted === true;
    if (signal?.aborted) throw cancelled(signal.reason);
    await Promise.all(
      channels.map((_, i) =>
        work(i, failed).catch((error: unknown) => {
          failure ??= { error };
        }),
      ),
    );
    if (failure) throw (failure as { readonly error: unknown }).error;
    if (signal?.aborted) throw cancelled(signal.reason);
  }

  let before: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const asked = before.then(work);
    before = asked.catch(() => undefined);
    return asked;
  }

  return {
    count,
    allReduce,
    sharesMemory: channels.every(({ sharesMemory }) => sharesMemory),
    run: <Request, Answer>(task: Task<Request, Answer>, requests: Iterable<Request>, options: RunOptions = {}) =>
      inTurn(async () => {
        if (task.collective) {
          throw new DiffeoError('CONFIG', `${task.type} is done by all workers at once: ask with runOnEach`);
        }
        const answers: Answer[] = [];
        const next = requests[Symbol.iterator]();
        let asked = 0;
        await onAll(async (worker, failed) => {
          while (!failed()) {
            const { done, value } = next.next();
            if (done) return;
            const place = asked++;
            answers[place] = await call(worker, task, value, options.signal);
          }
        }, options);
        return answers;
      }),
    runOnEach: <Request, Answer>(
      task: Task<Request, Answer>,
      request: (index: number) => Request,
      options: RunOptions = {},
    ) =>
      inTurn(async () => {
        const requests = channels.map((_, i) => request(i));
        const answers: Answer[] = [];
        collective = task.collective;
        try {
          await onAll(async (worker) => {
            answers[worker] = await call(worker, task, requests[worker] as Request, options.signal);
          }, options);
        } finally {
          collective = false;
        }
        return answers;
      }),
    notes: {
      post: (worker, topic, body, transfer) => post(worker, { kind: 'note', topic, body }, transfer),
      on: (topic, listener) => {
        listeners.set(topic, listener);
        return () => void listeners.delete(topic);
      },
    },
    end,
    close: () => end('the workers were closed'),
  };
}
