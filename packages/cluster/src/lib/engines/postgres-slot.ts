import { isDiffeoError } from '@diffeo/core';
import type { Job as BossJob, PgBoss } from 'pg-boss';
import type { Root } from '../files/root.ts';
import type { Handlers } from '../jobs/handler.ts';
import { perform, wasCancelled } from '../jobs/perform.ts';
import type { JobEvent } from './engine.ts';
import type { Patience } from './postgres-patience.ts';
import { patiently } from './postgres-patience.ts';
import { type Attempt, giveBack, ifThere, type QueuedJob } from './postgres-queues.ts';

/** What a worker does jobs with. */
export interface SlotOptions {
  readonly boss: PgBoss;
  readonly schema: string;
  readonly root: Root;
  readonly handlers: Handlers;
  readonly leaseSeconds: number;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly onJob: ((event: JobEvent) => void) | undefined;
}

/** Does a job that was fetched, with signs of life while it takes, and says how it went. */
export async function workOn(
  queue: string,
  { id, retryCount, data }: BossJob<QueuedJob>,
  { boss, schema, root, handlers, leaseSeconds, patience, signal, onJob }: SlotOptions,
): Promise<void> {
  // The attempt, so that who was given up for lost does not speak for whoever has the job now.
  const attempt: Attempt = { id, retryCount };
  const alive = setInterval(
    () => {
      // What cannot be said now is said at the next turn; a lease that runs out costs time, no result.
      boss.touch(queue, attempt).catch(() => undefined);
    },
    (1000 * leaseSeconds) / 4,
  );
  let error: unknown = null;
  try {
    await perform(data.job, handlers, { root, folder: data.run.folder, signal });
  } catch (cause) {
    error = cause;
  } finally {
    clearInterval(alive);
  }
  // A worker that is asked to stop says first how it went: the signal does not end this.
  const { signal: _, ...lasting } = patience;
  if (error === null) await patiently(() => ifThere(boss.complete(queue, attempt)), lasting);
  else if (wasCancelled(error, signal)) await patiently(() => giveBack(boss, schema, queue, attempt), lasting);
  else {
    const message = (error as Error)?.message ?? String(error);
    const output = { message, ...(isDiffeoError(error) && { code: error.code }) };
    await patiently(() => ifThere(boss.fail(queue, attempt, output)), lasting);
  }
  onJob?.({ run: data.run, job: data.job, error });
}
