import { appendFile, mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Root } from '../files/root.ts';
import { writeOutput } from '../files/write-output.ts';
import { type Job, jobHash } from '../jobs/job.ts';
import type { JobFailure } from '../runs/run.ts';

/** What the local engine keeps of a run beside its outputs, in files, so that it outlives the process. */
export interface LocalLedger {
  /** Counts that a job is begun; returns how often it was before. */
  begin(job: Job): Promise<number>;
  /** Takes back that it was begun last: it was stopped, and did not fail. */
  takeBack(job: Job): Promise<void>;
  /** Forgets how often a job that is done was begun. */
  finish(job: Job): Promise<void>;
  fail(job: Job, error: string): Promise<void>;
  failures(): Promise<readonly JobFailure[]>;
  /** Lets those that failed be begun anew. */
  clearFailures(): Promise<void>;
  /** Removes what is no dead letter. */
  tidy(): Promise<void>;
}

/** The ledger of the run in a folder: a byte in `.tries/HASH` for each time that a job was begun, and `failed/HASH.json`. */
export function localLedger(root: Root, folder: string): LocalLedger {
  const [tries, failed] = ['.tries', 'failed'].map((name) => root.inside(join(folder, name))) as [string, string];
  const triesOf = (job: Job): string => join(tries, jobHash(job));
  return {
    begin: async (job) => {
      await mkdir(tries, { recursive: true });
      const path = triesOf(job);
      const before = await stat(path).catch(() => null);
      await appendFile(path, '.');
      return before?.size ?? 0;
    },
    takeBack: async (job) => {
      const path = triesOf(job);
      const { size } = (await stat(path).catch(() => null)) ?? { size: 0 };
      await (size > 1 ? truncate(path, size - 1) : rm(path, { force: true }));
    },
    finish: (job) => rm(triesOf(job), { force: true }),
    fail: async (job, error) => {
      await mkdir(failed, { recursive: true });
      const failure: JobFailure = { hash: jobHash(job), job, error };
      await writeOutput(join(failed, `${failure.hash}.json`), Buffer.from(`${JSON.stringify(failure, null, 1)}\n`));
      await rm(join(failed, '.writing'), { recursive: true, force: true });
      // Whoever deletes the letter has the job begun as often again.
      await rm(triesOf(job), { force: true });
    },
    failures: async () => {
      const names = (await readdir(failed).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
      return await Promise.all(
        names.map(async (name) => JSON.parse(await readFile(join(failed, name), 'utf8')) as JobFailure),
      );
    },
    clearFailures: async () => {
      await rm(failed, { recursive: true, force: true });
      await rm(tries, { recursive: true, force: true });
    },
    tidy: () => rm(tries, { recursive: true, force: true }),
  };
}
