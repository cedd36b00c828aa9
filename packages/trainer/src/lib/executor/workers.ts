import type { AllReduceMethod } from './all-reduce.ts';
import type { Channel } from './channel.ts';
import type { Task } from './task.ts';

/** How to start workers. */
export interface WorkersOptions {
  /** How many. */
  readonly count: number;
  /**
   * Modules that export what workers need beside the packages by which the flow's types are named, by address: definitions of
   * parts of your own, tasks, an `augment`. In a browser packages are not found by name, and what `serveFlows` was given is
   * all.
   */
  readonly modules?: readonly (string | URL)[];
  /**
   * Makes a worker that calls `serveFlows`, or a channel to one, wherever it runs. Needed in browsers, where bundlers have to
   * see it. Default, in Node: threads.
   */
  readonly create?: (index: number) => Worker | Channel | Promise<Worker | Channel>;
  /** How workers add up their gradients. Default: in shared memory, and by messages through the caller where there is none. */
  readonly allReduce?: AllReduceMethod;
  /** How many seconds workers may take to load and answer for the first time. Default 60. */
  readonly startSeconds?: number;
}

/** How a task is asked for. */
export interface RunOptions {
  /** Aborts the tasks that look at their signal, waits for the others, and ends in a `CANCELLED` error. */
  readonly signal?: AbortSignal;
}

/** Workers that train, score, sample and do other tasks beside this thread. Close them when they are no longer needed. */
export interface Workers {
  readonly count: number;
  /**
   * Has a task done once for each request: a worker that is free takes the next. The answers come in the order of the requests.
   * After a failure no further request is begun.
   *
   * @throws DiffeoError whatever the task throws, with its code and, where that is data, its cause; `WORKER` for errors of other
   * kinds and when a worker dies; `UNKNOWN_TYPE` for a task that workers do not find; `CANCELLED`; `CONFIG` for a collective
   * task and for a request that cannot be posted.
   */
  run<Request, Answer>(
    task: Task<Request, Answer>,
    requests: Iterable<Request>,
    options?: RunOptions,
  ): Promise<Answer[]>;
  /**
   * Has every worker do the task once, at the same time, each on its own request. The answers come in the order of the workers.
   *
   * @throws DiffeoError as `run` does.
   */
  runOnEach<Request, Answer>(
    task: Task<Request, Answer>,
    request: (index: number) => Request,
    options?: RunOptions,
  ): Promise<Answer[]>;
  /** Ends them. What they were doing is refused. */
  close(): Promise<void>;
}
