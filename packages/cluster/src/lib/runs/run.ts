import { createHash } from 'node:crypto';
import { DiffeoError } from '@diffeo/core';
import { type Job, jobHash, outputName, requireJob } from '../jobs/job.ts';

/** Jobs that belong together: one call of `score`, one round of a search. */
export interface Run {
  /** For people: `score model.safetensors`. */
  readonly name: string;
  /** Where its outputs are written, from the root. One run has a folder of its own. */
  readonly folder: string;
  readonly jobs: readonly Job[];
}

/** A run as an engine keeps it. */
export interface RunRecord {
  /** The same for the same jobs in the same folder on the same build, so that a run can be submitted again. */
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly jobs: number;
  /** The build that its workers have; `null` where it may be any. */
  readonly build: string | null;
}

/** How jobs end. They always add up to `jobs`. */
export interface Progress {
  readonly jobs: number;
  readonly waiting: number;
  readonly active: number;
  readonly done: number;
  readonly failed: number;
}

/** A job that was given up. */
export interface JobFailure {
  readonly hash: string;
  readonly job: Job;
  /** What was thrown last, or that its worker was lost. */
  readonly error: string;
}

/** {@link RunRecord} of a run. @throws DiffeoError `CONFIG` for jobs that are none, or two that are one. */
export function runRecord({ name, folder, jobs }: Run, build: string | null): RunRecord {
  const outputs = new Set<string>();
  const id = createHash('sha256').update(JSON.stringify([folder, build]));
  const hashes = new Set<string>();
  for (const job of jobs) {
    requireJob(job);
    const output = outputName(job);
    outputs.add(output);
    hashes.add(jobHash(job));
    id.update(`\n${output}`);
  }
  if (outputs.size < jobs.length || hashes.size < jobs.length) {
    throw new DiffeoError('CONFIG', `${name}: two of its ${jobs.length} jobs ask for the same`);
  }
  return { id: id.digest('hex').slice(0, 16), name, folder, jobs: jobs.length, build };
}
