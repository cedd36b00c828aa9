import type { PgBoss } from 'pg-boss';
import { jobHash } from '../jobs/job.ts';
import type { JobFailure, RunRecord } from '../runs/run.ts';
import type { QueuedJob } from './postgres-queues.ts';
import { queueOf } from './queue-name.ts';

/** So many are read at once. */
const rowsTogether = 500;

/** What a job left when it failed, as text. */
function errorOf(output: unknown): string {
  const { message, value } = (output ?? {}) as { readonly message?: unknown; readonly value?: { message?: unknown } };
  return String(message ?? value?.message ?? JSON.stringify(output));
}

/** A row of the queue's table. */
interface FailedRow {
  readonly id: string;
  readonly data: QueuedJob;
  readonly output: unknown;
}

/** The jobs of a run that were given up, some at a time, with their ids. */
async function* failedRows(boss: PgBoss, schema: string, run: RunRecord): AsyncGenerator<readonly FailedRow[]> {
  const text = `select id, data, output from ${schema}.job
    where name = $1 and state = 'failed' and id > $2::uuid order by id limit ${rowsTogether}`;
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows }: { rows: readonly FailedRow[] } = await boss.getDb().executeSql(text, [queueOf(run), last]);
    const end = rows.at(-1);
    if (!end) return;
    yield rows;
    last = end.id;
  }
}

/** The jobs of a run that were given up. */
export async function failedJobs(boss: PgBoss, schema: string, run: RunRecord): Promise<readonly JobFailure[]> {
  const failures: JobFailure[] = [];
  for await (const rows of failedRows(boss, schema, run)) {
    for (const { data, output } of rows) {
      failures.push({ hash: jobHash(data.job), job: data.job, error: errorOf(output) });
    }
  }
  return failures;
}

/** Has them done anew; returns how many. */
export async function retryFailed(boss: PgBoss, schema: string, run: RunRecord): Promise<number> {
  let count = 0;
  for await (const rows of failedRows(boss, schema, run)) {
    const ids = rows.map(({ id }) => id);
    await boss.retry(queueOf(run), ids);
    count += ids.length;
  }
  return count;
}
