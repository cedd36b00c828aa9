import { join } from 'node:path';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import type { Root } from '../files/root.ts';
import { exists, writeOutput } from '../files/write-output.ts';
import type { Handlers } from './handler.ts';
import { type Job, outputName } from './job.ts';

/** Where a job is done. */
export interface Place {
  readonly root: Root;
  /** The run's folder, from the root. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Does a job, unless its output is there already: whoever is asked again, after a worker died between the output and its word
 * that it was done, finds it.
 *
 * @throws DiffeoError `UNKNOWN_TYPE` where no handler does such jobs; whatever the handler throws.
 */
export async function perform(job: Job, handlers: Handlers, { root, folder, signal }: Place): Promise<void> {
  const path = root.inside(join(folder, outputName(job)));
  if (await exists(path)) return;
  const handler = Object.hasOwn(handlers, job.type) ? handlers[job.type] : undefined;
  if (!handler) {
    const known = Object.keys(handlers);
    throw new DiffeoError(
      'UNKNOWN_TYPE',
      `no handler does jobs of the type '${job.type}'${didYouMean(job.type, known) || '.'} There are ${known.join(', ') || 'none'}.`,
    );
  }
  const bytes = await handler(job.request, { root, folder, signal });
  await writeOutput(path, bytes);
}

/** Whether a job ended because its worker is to stop. Then nobody knows whether it would have been done, and it was not tried. */
export const wasCancelled = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted &&
  (error === signal.reason ||
    (isDiffeoError(error) ? error.code === 'CANCELLED' : (error as Error)?.name === 'AbortError'));
