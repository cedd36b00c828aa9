import { DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import type { Port, WorkerNotes } from './channel.ts';
import { eventLoopYielder } from './event-loop-yielder.ts';
import { toFailure } from './failure.ts';
import type { FromWorker, ToWorker } from './frames.ts';
import type { AnyTask, TaskWorker } from './task.ts';

/** Notes of a worker over its port, and where to hand those that come. */
function notesOver(post: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void) {
  const listeners = new Map<string, (body: unknown) => void>();
  const notes: WorkerNotes = {
    post: (topic, body, transfer) => post({ kind: 'note', topic, body }, transfer),
    on: (topic, receive) => {
      listeners.set(topic, receive);
      return () => void listeners.delete(topic);
    },
  };
  return { notes, receive: (topic: string, body: unknown) => listeners.get(topic)?.(body) };
}

/**
 * Does the tasks that come through a port, for the worker that `make` makes around its notes. `tasks` lists those that it knows
 * by now.
 */
export function serveTasks(
  port: Port,
  make: (notes: WorkerNotes) => TaskWorker,
  tasks: () => readonly AnyTask[],
): void {
  const post = (message: FromWorker, transfer?: readonly ArrayBuffer[]): void => port.post(message, transfer);
  const { notes, receive } = notesOver(post);
  const worker = make(notes);
  const running = new Map<number, AbortController>();

  function find(type: string): AnyTask {
    const known = tasks();
    const found = known.find((task) => task.type === type);
    if (found) return found;
    const meant = didYouMean(
      type,
      known.map((task) => task.type),
    );
    throw new DiffeoError(
      'UNKNOWN_TYPE',
      `workers know no task '${type}'${meant}. Export it from a module and say where: workers: { count, modules: [new URL('./my-task.js', import.meta.url)] }; in a browser, give it to serveFlows(definitions, { tasks }).`,
    );
  }

  async function answer({ id, type, request }: Extract<ToWorker, { readonly kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const context = { worker, signal: controller.signal, pause: eventLoopYielder() };
      post({ kind: 'answer', id, answer: await find(type).run(request, context) });
    } catch (error) {
      post({ kind: 'failure', id, failure: toFailure(error) });
    } finally {
      running.delete(id);
    }
  }

  port.onMessage((given) => {
    const message = given as ToWorker;
    if (message.kind === 'call') void answer(message);
    else if (message.kind === 'cancel') running.get(message.id)?.abort();
    else receive(message.topic, message.body);
  });
}
