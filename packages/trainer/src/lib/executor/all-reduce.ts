import type { ShardedStep } from '../optimisers/sharded-step.ts';
import type { CallerNotes, WorkerNotes } from './channel.ts';

/** What a worker gets from an all-reduce. */
export interface Reduced {
  /** Vectors that add up, in their order, to the same sum for everybody. To be read before the next one. */
  readonly vectors: readonly Float32Array[];
  /** Which of them is the worker's own; `null` where none is. */
  readonly own: number | null;
}

/** An all-reduce: each worker brings its vector and gets what adds up to the sum of all. */
export interface AllReduce {
  /**
   * `write` puts this worker's vector into the place that it is given. Whether the step after that is shared is the same for
   * all: where it is not, everyone has to have read before anybody writes again.
   */
  sum(write: (place: Float32Array) => void, shared: boolean): Promise<Reduced>;
  /** How the step after that can be shared too; `null` where each worker takes it as a whole. */
  readonly shared: ShardedStep | null;
  /** Ends this worker's part in it. */
  close?(): void;
}

/** The workers that are to meet, as the caller sees them. */
export interface ReducingPool {
  readonly count: number;
  /** Whether memory can be shared with all of them. */
  readonly sharesMemory: boolean;
  readonly notes: CallerNotes;
}

/** Where a worker joins the others. */
export interface ReducingWorker {
  readonly index: number;
  readonly count: number;
  /** Vectors have so many numbers. */
  readonly length: number;
  readonly notes: WorkerNotes;
}

/** The caller's part in an all-reduce under way. */
export interface OpenAllReduce<Ticket> {
  /** What a worker joins by: data. */
  ticket(worker: number): Ticket;
  close(): void;
}

/**
 * A way for workers to add up vectors: shared memory, messages, sockets from worker to worker, MPI. Sums are taken in the order
 * of the workers, in float32, so that every way gives the same bits.
 */
// biome-ignore lint/suspicious/noExplicitAny: whoever passes tickets on need not know them
export interface AllReduceMethod<Ticket = any> {
  readonly kind: 'all-reduce';
  /** `<package>/<name>`: workers find it by that among theirs and in their modules. */
  readonly type: string;
  /** Whether it can be done among these workers. */
  suits(pool: ReducingPool): boolean;
  /** Prepares it, for vectors of so many numbers. */
  open(pool: ReducingPool, length: number): OpenAllReduce<Ticket>;
  /** A worker's part in it. */
  join(ticket: Ticket, worker: ReducingWorker): AllReduce;
}

/** Whether a value is one. */
export const isAllReduceMethod = (value: unknown): value is AllReduceMethod =>
  typeof value === 'object' && value !== null && (value as Partial<AllReduceMethod>).kind === 'all-reduce';
