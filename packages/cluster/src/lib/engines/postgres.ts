import { DiffeoError } from '@diffeo/core';
import { numberBetween, requireOptions, text, wholeNumber } from '@diffeo/core/arguments';
import type { PgBoss } from 'pg-boss';
import { openRoot } from '../files/root.ts';
import { workerEnvironment } from '../jobs/worker-environment.ts';
import { beginRun, countMissing, missingJobs, tidyRun } from '../runs/manifest.ts';
import type { Progress, RunRecord } from '../runs/run.ts';
import { defaultTries, type Engine, type RunHandle } from './engine.ts';
import { failedJobs, retryFailed } from './postgres-failures.ts';
import { patiently } from './postgres-patience.ts';
import { enqueue, queueNames, queueProgress, recordIn } from './postgres-queues.ts';
import { servePostgres } from './postgres-serve.ts';
import { buildMark, queueOf } from './queue-name.ts';
import { startBoss } from './start-boss.ts';
import { pause, takenOff, waitForRun } from './wait-for-run.ts';

export interface PostgresOptions {
  /** The folder outside of which nothing is read or written; the same for all workers. Default: where the process stands. */
  readonly root?: string;
  /** The schema of the database that holds the jobs. Default `diffeo`. */
  readonly schema?: string;
  /** After so many seconds without a sign of its worker, a job is somebody else's. At least 10. Default 30. */
  readonly leaseSeconds?: number;
  /** For so many seconds calls are repeated while the server is away. Default 600. */
  readonly patienceSeconds?: number;
  /** How many seconds pass between two looks for jobs where there were none. Default 1. */
  readonly pollSeconds?: number;
  /** What results depend on: workers of another are passed over. Default: what {@link workerEnvironment} says of this process. */
  readonly build?: string;
}

/**
 * An engine on a Postgres database, by pg-boss: any number of workers on any number of machines, each of which may die, and so
 * may the server. Jobs lie in a schema of their own, a queue for each run.
 *
 * @param url `postgres://user:password@host:port/database`
 * @throws DiffeoError `CONFIG`, `FILE`; `ENGINE` from its methods, when the database is not reached or refuses.
 */
export function postgres(url: string, options: PostgresOptions = {}): Engine {
  requireOptions<PostgresOptions>('postgres', options, {
    ...{ root: text, schema: text, build: text },
    leaseSeconds: wholeNumber({ from: 10, to: 86_400 }),
    patienceSeconds: numberBetween(0, 86_400),
    pollSeconds: numberBetween(0.01, 3600),
  });
  const { schema = 'diffeo', leaseSeconds = 30, patienceSeconds = 600, pollSeconds = 1 } = options;
  if (!/^[a-z_][a-z0-9_]{0,49}$/.test(schema)) {
    throw new DiffeoError('CONFIG', `postgres: schema must be made of small letters, digits and _; got '${schema}'`);
  }
  const root = openRoot(options.root ?? '.');
  const patience = { seconds: patienceSeconds };
  const poll = 1000 * pollSeconds;

  let started: Promise<PgBoss> | null = null;
  const boss = (): Promise<PgBoss> => {
    started ??= startBoss(url, { schema, leaseSeconds, patience }).catch((error: unknown) => {
      started = null;
      throw error;
    });
    return started;
  };
  let build: Promise<string> | null = null;
  const ownBuild = (): Promise<string> => {
    build ??=
      options.build === undefined ? workerEnvironment().then((found) => found.build) : Promise.resolve(options.build);
    return build;
  };

  /** @param listed how many of its jobs were put on the list. */
  function handleOf(run: RunRecord, listed: number): RunHandle {
    const ask = async <T>(call: (boss: PgBoss) => Promise<T>, signal?: AbortSignal): Promise<T> => {
      const open = await boss();
      return await patiently(() => call(open), { ...patience, signal });
    };
    async function progress(signal?: AbortSignal): Promise<Progress> {
      for (let look = 0; ; look++) {
        const { listed: found, ...progress } = await ask((open) => queueProgress(open, schema, run), signal);
        if (found >= listed) return progress;
        // Somebody took the run off the books, after its end or before; or submits it again just now, and is done with that soon.
        const missing = await countMissing(root, run.folder);
        const { waiting, active, failed } = progress;
        if (missing !== null && missing <= waiting + active + failed) return progress;
        if (look > 0) throw takenOff(run, missing);
        await pause(1000, signal);
      }
    }
    return {
      run,
      progress: () => progress(),
      failures: () => ask((open) => failedJobs(open, schema, run)),
      retry: () => ask((open) => retryFailed(open, schema, run)),
      wait: (given) => waitForRun(() => progress(given?.signal), Math.max(poll, 100), given),
      forget: async () => {
        await ask((open) => open.deleteQueue(queueOf(run)));
        await tidyRun(root, run.folder);
      },
    };
  }

  return {
    submit: async (run, { mixed = false, tries = defaultTries } = {}) => {
      const record = await beginRun(root, run, mixed ? null : await ownBuild());
      const missing = await missingJobs(root, run);
      const open = await boss();
      await patiently(() => enqueue(open, schema, record, missing, { tries, leaseSeconds }), patience);
      return handleOf(record, missing.length);
    },
    runs: async () => {
      const open = await boss();
      const names = await patiently(() => queueNames(open, schema), patience);
      const records = await patiently(() => Promise.all(names.map((name) => recordIn(open, name))), patience);
      return records.flatMap((record) => (record ? [handleOf(record, 1)] : []));
    },
    serve: async (handlers, options = {}) => {
      const mark = buildMark(await ownBuild());
      await servePostgres({
        ...{ boss: await boss(), schema, root, handlers, mark, leaseSeconds, patience, poll },
        ...options,
      });
    },
    close: async () => {
      const open = await started?.catch(() => null);
      started = null;
      await open?.stop({ graceful: false }).catch(() => undefined);
    },
  };
}
