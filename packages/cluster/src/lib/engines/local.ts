import { requireOptions, text, wholeNumber } from '@diffeo/core/arguments';
import { openRoot } from '../files/root.ts';
import type { Handlers } from '../jobs/handler.ts';
import { type Job, jobHash } from '../jobs/job.ts';
import { perform, wasCancelled } from '../jobs/perform.ts';
import { workerEnvironment } from '../jobs/worker-environment.ts';
import { beginRun, missingJobs, tidyRun } from '../runs/manifest.ts';
import type { Progress, RunRecord } from '../runs/run.ts';
import { defaultTries, type Engine, type RunHandle, type ServeOptions } from './engine.ts';
import { type LocalLedger, localLedger } from './local-ledger.ts';
import { pause, takenOff, waitForRun } from './wait-for-run.ts';

export interface LocalOptions {
  /** The folder outside of which nothing is read or written. Default: where the process stands. */
  readonly root?: string;
  /** How many jobs are in hand at once where `serve` does not say. Default 1. */
  readonly workers?: number;
  /** What results depend on: workers of another are passed over. Default: what {@link workerEnvironment} says of this process. */
  readonly build?: string;
}

/** A run that is under way. */
interface OpenRun {
  readonly record: RunRecord;
  readonly ledger: LocalLedger;
  readonly tries: number;
  readonly waiting: Job[];
  active: number;
  failed: number;
}

const pollMilliseconds = 20;

/**
 * An engine on this machine, which needs no server. What is done is told by the outputs that are there, so a process that was
 * killed goes on where it was when the same run is submitted again.
 *
 * @throws DiffeoError `CONFIG`, `FILE`
 */
export function local(options: LocalOptions = {}): Engine {
  requireOptions<LocalOptions>('local', options, {
    root: text,
    workers: wholeNumber({ from: 1, to: 1024 }),
    build: text,
  });
  const { workers = 1 } = options;
  const root = openRoot(options.root ?? '.');
  const open = new Map<string, OpenRun>();

  /** Rejects for a run that was forgotten: nobody goes on with it. */
  function progressOf({ record, waiting: list, active, failed }: OpenRun): Promise<Progress> {
    const waiting = list.length;
    if (waiting > 0 && open.get(record.id)?.waiting !== list) return Promise.reject(takenOff(record, waiting));
    const { jobs } = record;
    return Promise.resolve({ jobs, waiting, active, failed, done: jobs - waiting - active - failed });
  }

  function handleOf(run: OpenRun): RunHandle {
    const { record, ledger, waiting } = run;
    return {
      run: record,
      progress: () => progressOf(run),
      failures: () => ledger.failures(),
      retry: async () => {
        const failures = await ledger.failures();
        await ledger.clearFailures();
        run.failed -= failures.length;
        waiting.push(...failures.map(({ job }) => job));
        return failures.length;
      },
      wait: (given) => waitForRun(() => progressOf(run), pollMilliseconds, given),
      forget: async () => {
        open.delete(record.id);
        await ledger.tidy();
        await tidyRun(root, record.folder);
      },
    };
  }

  /** Does a job of a run, and writes down how it went. */
  async function work(run: OpenRun, job: Job, handlers: Handlers, options: ServeOptions): Promise<void> {
    const { signal = new AbortController().signal, onJob } = options;
    const { record, ledger, tries, waiting } = run;
    run.active++;
    let error: unknown = null;
    try {
      const before = await ledger.begin(job);
      if (before >= tries) {
        run.failed++;
        await ledger.fail(job, `its process ended each of the ${before} times that it was at work on it`);
        return;
      }
      try {
        await perform(job, handlers, { root, folder: record.folder, signal });
        await ledger.finish(job);
      } catch (cause) {
        error = cause;
        if (wasCancelled(cause, signal)) {
          await ledger.takeBack(job);
          waiting.unshift(job);
        } else if (before + 1 < tries) waiting.push(job);
        else {
          run.failed++;
          await ledger.fail(job, (cause as Error)?.message ?? String(cause));
        }
      }
    } finally {
      run.active--;
    }
    onJob?.({ run: record, job, error });
  }

  return {
    submit: async (run, { mixed = false, tries = defaultTries } = {}) => {
      const build = mixed ? null : (options.build ?? (await workerEnvironment()).build);
      const record = await beginRun(root, run, build);
      const ledger = localLedger(root, run.folder);
      const failed = new Set((await ledger.failures()).map(({ hash }) => hash));
      const missing = await missingJobs(root, run);
      const waiting = missing.filter((job) => !failed.has(jobHash(job)));
      const failures = missing.length - waiting.length;
      const known = open.get(record.id);
      const found: OpenRun = known ?? { record, ledger, tries, waiting: [], active: 0, failed: 0 };
      // One that is under way has its jobs in hand already.
      if (found.waiting.length + found.active === 0) {
        found.waiting.push(...waiting);
        found.failed = failures;
      }
      open.set(record.id, found);
      return handleOf(found);
    },
    runs: () => Promise.resolve([...open.values()].map(handleOf)),
    serve: async (handlers, given = {}) => {
      const { slots = workers, signal, until = 'aborted' } = given;
      const isIdle = (): boolean => [...open.values()].every(({ waiting, active }) => waiting.length + active === 0);
      const slot = async (): Promise<void> => {
        while (!signal?.aborted) {
          const run = [...open.values()].find(({ waiting }) => waiting.length > 0);
          const job = run?.waiting.shift();
          if (run && job) await work(run, job, handlers, given);
          else if (until === 'idle' && isIdle()) return;
          else await pause(pollMilliseconds, signal);
        }
      };
      await Promise.all(Array.from({ length: slots }, slot));
    },
    close: () => Promise.resolve(),
  };
}
