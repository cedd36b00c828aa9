import type { Handlers } from '../jobs/handler.ts';
import type { Job } from '../jobs/job.ts';
import type { JobFailure, Progress, Run, RunRecord } from '../runs/run.ts';

/** How to serve. */
export interface ServeOptions {
  /** How many jobs to have in hand at once. Default 1, or the engine's `workers`. */
  readonly slots?: number;
  /** Aborted, no further job is begun; those in hand are done first, unless their handlers look at the signal. */
  readonly signal?: AbortSignal;
  /** When to return: never by itself (the default), or when no job waits or is in hand. */
  readonly until?: 'aborted' | 'idle';
  /** Called after each job. */
  readonly onJob?: (event: JobEvent) => void;
  /** Called with a sentence when something is waited for or passed over, such as a database that does not answer. */
  readonly onNotice?: (notice: string) => void;
}

/** How a job went here. */
export interface JobEvent {
  readonly run: RunRecord;
  readonly job: Job;
  /** `null` when it was done. */
  readonly error: unknown;
}

/** How to wait for a run. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Called when the numbers have changed. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A run that was submitted. */
export interface RunHandle {
  readonly run: RunRecord;
  /** @throws DiffeoError `ENGINE` where somebody forgot the run before its end. */
  progress(): Promise<Progress>;
  /** The dead letters: jobs that failed as often as they may, each with its last error. */
  failures(): Promise<readonly JobFailure[]>;
  /** Has them done anew; returns how many. */
  retry(): Promise<number>;
  /** Waits until no job waits or is in hand. Somebody has to serve. @throws DiffeoError `CANCELLED`; `ENGINE` as `progress` does. */
  wait(options?: WaitOptions): Promise<Progress>;
  /** Takes the run off the engine's books, with what killed workers left. Outputs and their manifest stay. */
  forget(): Promise<void>;
}

/** Who has jobs done. Jobs run at least once; their outputs appear once. */
export interface Engine {
  /**
   * Records a run, or finds it again: jobs whose outputs are there are done already.
   *
   * @throws DiffeoError `CONFIG`, `FILE`, `ENGINE`
   */
  submit(run: Run, options?: SubmitOptions): Promise<RunHandle>;
  /** The runs on its books, the oldest first. */
  runs(): Promise<readonly RunHandle[]>;
  /** Does jobs of all runs. @throws DiffeoError `ENGINE` when it is not reached for long. */
  serve(handlers: Handlers, options?: ServeOptions): Promise<void>;
  close(): Promise<void>;
}

/** How a run is to be done. */
export interface SubmitOptions {
  /** Lets workers of any build take part, whose results may differ in their last bits. Default: those of this one's. */
  readonly mixed?: boolean;
  /** How often a job is begun at most, kills counted, but not where a worker was asked to stop. Default 5. */
  readonly tries?: number;
}

/** {@link SubmitOptions.tries} where nobody says. */
export const defaultTries = 5;
