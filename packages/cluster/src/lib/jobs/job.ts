import { createHash } from 'node:crypto';
import { DiffeoError } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';
import { canonicalJson, isJson, type Json } from './json.ts';

/** What a job asks for: JSON, of which its handler knows the meaning. */
export type JobRequest = { readonly [name: string]: Json };

/**
 * One piece of work: which handler does it, what it is asked, and what its output is called. It travels through a queue, so it
 * names data and does not hold them.
 */
export interface Job {
  /** Which handler does it: `<package>/<name>`. */
  readonly type: string;
  readonly request: JobRequest;
  /** How the output's name begins, such as `part-00012`. The job's hash follows. */
  readonly name: string;
  /** How the output's name ends, such as `.parquet`. */
  readonly ending: string;
}

/** So many bytes a job has at most, as JSON in UTF-8. */
const maxJobBytes = 65_536;

/** The SHA-256 of what a job asks, in hexadecimal. Its name is no part of it. */
export const jobHash = ({ type, request }: Pick<Job, 'type' | 'request'>): string =>
  createHash('sha256').update(canonicalJson({ type, request })).digest('hex');

/** The name of a job's output: two jobs that ask for different things never share one. */
export const outputName = (job: Job): string => `${job.name}-${jobHash(job).slice(0, 16)}${job.ending}`;

const namePattern = /^\w[\w.-]{0,99}$/;

/** @throws DiffeoError `CONFIG` for what is no job, is too long, or would write where it must not. */
export function requireJob(job: Job): void {
  const { type, request, name, ending } = job;
  const refuse = (problem: string): never => {
    throw new DiffeoError('CONFIG', `the job '${shortName(String(name))}' ${problem}`);
  };
  if (typeof type !== 'string' || !/^(@[^/]+\/)?[^/@]+\/[^/]+$/.test(type))
    refuse(`has a type that is no '<package>/<name>'`);
  if (typeof name !== 'string' || !namePattern.test(name))
    refuse('has a name that is not made of letters, digits, ., - and _');
  if (typeof ending !== 'string' || !/^\.\w{1,20}$/.test(ending))
    refuse(`has an ending that is none, such as '.parquet'`);
  if (!isJson(request) || typeof request !== 'object' || Array.isArray(request)) {
    refuse('asks for what is no JSON object: functions, undefined, NaN and infinities do not travel');
  }
  const bytes = Buffer.byteLength(JSON.stringify(job));
  if (bytes > maxJobBytes) {
    refuse(
      `has ${bytes} bytes, and ${maxJobBytes} are the most. Put data into a file that all workers see, and name it`,
    );
  }
}
