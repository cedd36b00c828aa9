import { createHash } from 'node:crypto';
import type { PgBoss } from 'pg-boss';
import { type Job, jobHash } from '../jobs/job.ts';
import type { Progress, RunRecord } from '../runs/run.ts';
import { parseQueue, queueOf } from './queue-name.ts';

/** A job as it lies in the queue. */
export interface QueuedJob {
  readonly run: RunRecord;
  readonly job: Job;
}

/** So many jobs go to the server at once. */
const jobsTogether = 500;

/** The id of a job in the queue: the same job of the same run has the same, and lies there once. */
function queuedId(run: RunRecord, job: Job): string {
  const hex = createHash('sha256')
    .update(`${run.id}\n${jobHash(job)}`)
    .digest('hex');
  // A UUID of version 8, which is for hashes of one's own (RFC 9562, section 5.8).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** How jobs of a queue are kept. */
export interface QueueTerms {
  readonly tries: number;
  /** After so many seconds without a sign of its worker, a job is somebody else's. */
  readonly leaseSeconds: number;
}

const days = 86_400;

/** Puts jobs into the queue of their run, those that are not there yet. */
export async function enqueue(
  boss: PgBoss,
  schema: string,
  run: RunRecord,
  jobs: readonly Job[],
  { tries, leaseSeconds }: QueueTerms,
): Promise<void> {
  const queue = queueOf(run);
  await boss.createQueue(queue, {
    retryLimit: tries - 1,
    retryDelay: 0,
    heartbeatSeconds: leaseSeconds,
    // A job is as long as it is, while its worker gives signs.
    expireInSeconds: days,
    retentionSeconds: 365 * days,
    deleteAfterSeconds: 365 * days,
  });
  for (let at = 0; at < jobs.length; at += jobsTogether) {
    const some = jobs.slice(at, at + jobsTogether).map((job) => ({ id: queuedId(run, job), job }));
    // Those that are done by the queue's word and whose outputs are gone are done anew.
    const { rows } = await boss
      .getDb()
      .executeSql(`select id from ${schema}.job where name = $1 and state = 'completed' and id = any($2::uuid[])`, [
        queue,
        some.map(({ id }) => id),
      ]);
    if (rows.length > 0)
      await boss.deleteJob(
        queue,
        rows.map(({ id }: { readonly id: string }) => id),
      );
    await boss.insert(
      queue,
      some.map(({ id, job }) => ({ id, data: { run, job } satisfies QueuedJob })),
    );
  }
}

/** How a run stands, with how much of it the queue knows. */
export interface QueueProgress extends Progress {
  /** How many it lists, whatever became of them. */
  readonly listed: number;
}

/** How the jobs of a run stand by the queue's word, for which those that it does not list are done. */
export async function queueProgress(boss: PgBoss, schema: string, run: RunRecord): Promise<QueueProgress> {
  const { rows } = await boss
    .getDb()
    .executeSql(`select state::text as state, count(*)::int as count from ${schema}.job where name = $1 group by 1`, [
      queueOf(run),
    ]);
  const counts = new Map(
    rows.map(({ state, count }: { readonly state: string; readonly count: number }) => [state, count] as const),
  );
  const of = (...states: readonly string[]): number => states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  const [waiting, active, failed] = [of('created', 'retry'), of('active'), of('failed', 'cancelled')];
  const listed = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { jobs: run.jobs, waiting, active, failed, done: run.jobs - waiting - active - failed, listed };
}

/** Which time it is that a job was fetched. */
export interface Attempt {
  readonly id: string;
  readonly retryCount: number;
}

/**
 * Gives a job back as if it had not been fetched, so that the attempt does not count. What pg-boss's own `restore` does too, but to
 * whoever has the job by now.
 */
export async function giveBack(boss: PgBoss, schema: string, queue: string, attempt: Attempt): Promise<void> {
  await boss.getDb().executeSql(
    `update ${schema}.job set state = 'created', started_on = null, heartbeat_on = null
      where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3`,
    [queue, attempt.id, attempt.retryCount],
  );
}

/** What a call for a queue gives; `null` where the run was taken off the books meanwhile. */
export async function ifThere<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (/^Queue .* does not exist/.test((error as Error).message)) return null;
    throw error;
  }
}

/** The record of the run of a queue; `null` of an empty one. */
export async function recordIn(boss: PgBoss, queue: string): Promise<RunRecord | null> {
  const [first] = (await ifThere(boss.findJobs<QueuedJob>(queue, { limit: 1 }))) ?? [];
  return first?.data.run ?? null;
}

/** The names of our queues, the oldest first. */
export async function queueNames(boss: PgBoss, schema: string): Promise<string[]> {
  const { rows } = await boss.getDb().executeSql(`select name from ${schema}.queue order by created_on, name`);
  return rows.map(({ name }: { readonly name: string }) => name).filter((name) => parseQueue(name) !== null);
}
