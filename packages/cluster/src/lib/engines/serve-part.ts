import { DiffeoError } from '@diffeo/core';
import { openRoot } from '../files/root.ts';
import type { Handlers } from '../jobs/handler.ts';
import { perform } from '../jobs/perform.ts';
import { workerEnvironment } from '../jobs/worker-environment.ts';
import { beginRun } from '../runs/manifest.ts';
import type { Run } from '../runs/run.ts';
import type { JobEvent, SubmitOptions } from './engine.ts';

/** A part of a run, for machines that are numbered: an indexed job of Kubernetes, an array of Slurm. */
export interface PartOptions extends Pick<SubmitOptions, 'mixed'> {
  readonly root: string;
  /** Which part, from 1. */
  readonly part: number;
  /** Of how many. */
  readonly of: number;
  /** What results depend on. Default: what {@link workerEnvironment} says of this process. */
  readonly build?: string;
  readonly signal?: AbortSignal;
  readonly onJob?: (event: JobEvent) => void;
}

/**
 * Does every `of`-th job of a run, without an engine: whoever plans the same run with the same files has the same jobs. What was
 * done before is passed over, so a part that was killed is begun again as it was.
 *
 * @returns how many jobs the part has.
 * @throws DiffeoError at the first job that fails, what its handler throws; `CANCELLED`, `CONFIG`, `FILE`
 */
export async function servePart(
  run: Run,
  handlers: Handlers,
  { root: folder, part, of, mixed = false, build, signal = new AbortController().signal, onJob }: PartOptions,
): Promise<number> {
  if (!(Number.isSafeInteger(part) && Number.isSafeInteger(of) && part >= 1 && part <= of)) {
    throw new DiffeoError('CONFIG', `a part is i of n, with i from 1 to n; got ${part} of ${of}`);
  }
  const root = openRoot(folder);
  const own = mixed ? null : (build ?? (await workerEnvironment()).build);
  const record = await beginRun(root, run, own);
  const jobs = run.jobs.filter((_, i) => i % of === part - 1);
  for (const job of jobs) {
    if (signal.aborted) throw new DiffeoError('CANCELLED', 'the part was cancelled', { cause: signal.reason });
    await perform(job, handlers, { root, folder: run.folder, signal });
    onJob?.({ run: record, job, error: null });
  }
  return jobs.length;
}
