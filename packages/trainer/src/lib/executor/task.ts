import { type Density, DiffeoError, type Flow, type Loaded } from '@diffeo/core';
import type { WorkerNotes } from './channel.ts';

type LoadedModel<M extends Density> = Omit<Loaded<M>, 'metadata'>;

/** A worker as the tasks that it does see it. The same object as long as it lives, by which tasks may keep things in a `WeakMap`. */
export interface TaskWorker {
  /** Which of the workers it is, from 0, of how many. */
  readonly index: number;
  readonly count: number;
  /** What the modules of this worker export: definitions, optimisers, tasks and whatever else a task looks for. */
  readonly modules: readonly object[];
  readonly notes: WorkerNotes;
  /**
   * A saved flow, from the bytes of a model file. The parameters are the caller's to dispose; the flow of the same description
   * is the same object as the last time, for which the engine has compiled its functions already.
   */
  load(file: Uint8Array): LoadedModel<Flow>;
  /** The same of a file that may hold a mixture of flows. */
  load(file: Uint8Array, options: { readonly mixtures: true }): LoadedModel<Density>;
}

/** What a task is done with besides its request. */
export interface TaskContext {
  readonly worker: TaskWorker;
  /** Aborted when the caller no longer wants the answer. Look at it between two stretches of work. */
  readonly signal: AbortSignal;
  /** Lets messages have their turn, the one that aborts the signal among them, unless they had it just now. */
  pause(): Promise<void>;
}

/** Something that workers do when they are asked: they find it by its type, and its request and answer travel as messages. */
export interface Task<Request, Answer> {
  readonly kind: 'task';
  /** `<package>/<name>` */
  readonly type: string;
  /** Whether workers wait for each other in the middle of it, so that none may be left without the others. */
  readonly collective: boolean;
  run(request: Request, context: TaskContext): Answer | Promise<Answer>;
}

/** How a task is made. */
interface TaskOptions<Request, Answer> {
  /** `<package>/<name>`: what messages call it. */
  readonly type: string;
  /** Whether all workers do it at the same time and wait for each other. Default: each on its own. */
  readonly collective?: boolean;
  /** Does it, in a worker. Request and answer are data: numbers, texts, lists, plain objects, typed arrays. */
  run(request: Request, context: TaskContext): Answer | Promise<Answer>;
}

/**
 * Defines a task. Export it from a module and name that module when workers start, `modules: [new URL('./my-task.js',
 * import.meta.url)]`: they find it there by its type.
 *
 * @throws DiffeoError `CONFIG` for a type without a package.
 */
export function defineTask<Request, Answer>({
  type,
  collective = false,
  run,
}: TaskOptions<Request, Answer>): Task<Request, Answer> {
  if (!/^(@[^/]+\/)?[^/@]+\/[^/]+$/.test(type)) {
    throw new DiffeoError('CONFIG', `a task's type is '<package>/<name>'; got '${type}'`);
  }
  return { kind: 'task', type, collective, run };
}

// biome-ignore lint/suspicious/noExplicitAny: lists hold tasks of any request
export type AnyTask = Task<any, any>;

/** Whether a value is a task. */
export const isTask = (value: unknown): value is AnyTask =>
  typeof value === 'object' && value !== null && (value as Partial<AnyTask>).kind === 'task' && 'run' in value;
