import type { Answers, Task } from './messages.ts';

/** How to start workers. */
export interface WorkersOptions {
  /** How many. */
  readonly count: number;
  /**
   * Modules that export the definitions of the flow's parts, by address. Default, in Node: the packages by which the
   * types are named.
   */
  readonly modules?: readonly (string | URL)[];
  /** Makes a worker that calls `serveFlows`. Needed in browsers, where bundlers have to see it. */
  readonly create?: () => Worker;
  /** How many seconds workers may take to load and answer for the first time. Default 60. */
  readonly startSeconds?: number;
}

/** Workers that train, score and sample beside this thread. Close them when they are no longer needed. */
export interface Workers {
  readonly count: number;
  /** Ends them. What they were doing is refused. */
  close(): Promise<void>;
}

/** Workers as `fit`, `score` and `sample` see them. */
export interface WorkerPool extends Workers {
  /** Asks every worker for the same or its own, and waits for all. */
  ask<T extends Task>(task: (index: number) => T): Promise<Answers[T['type']][]>;
}
