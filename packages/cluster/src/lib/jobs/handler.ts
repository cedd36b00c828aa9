import type { Root } from '../files/root.ts';
import type { JobRequest } from './job.ts';

/** What a handler has beside its request. */
export interface HandlerContext {
  /** Where it may read. What it returns is written for it. */
  readonly root: Root;
  /** The run's folder in that. */
  readonly folder: string;
  /** Aborted when nobody waits for the job any more. */
  readonly signal: AbortSignal;
}

/**
 * Does jobs of one type: returns the bytes of the output, which depend on the request and the files that it names alone. It may
 * run more than once for one job, on several machines at once; equal bytes come out, and are kept once.
 */
export type Handler = (request: JobRequest, context: HandlerContext) => Promise<Uint8Array>;

/** Handlers by the type of job that they do. */
export type Handlers = Readonly<Record<string, Handler>>;
