import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@diffeo/cluster';
import type { Seed } from '@diffeo/core';
import type { CsvOptions } from '@diffeo/datasets';
import { isPattern, matchingFiles } from '../data/matching-files.ts';
import { fileKind } from '../files/file-kind.ts';
import { modelFile } from '../model/read-model.ts';
import { loadCluster } from './load-cluster.ts';
import { type JobOptions, runJobs } from './run-jobs.ts';

/** What `diffeo score --engine` was asked to do. */
export interface ScoreJobsOptions extends JobOptions {
  readonly model: string;
  readonly data: string;
  /** The folder for the outputs. */
  readonly out: string;
  readonly format: string | undefined;
  /** About how many rows a job has. */
  readonly rows: number | undefined;
  readonly seed: Seed;
  readonly csv: CsvOptions;
}

/** The path of a model's file. */
export const modelPath = (given: string): string => (fileKind(given) === 'folder' ? join(given, modelFile) : given);

/** Scores tables in parts, each a job: the outputs lie in a folder, with a manifest that says which part each is of. */
export async function scoreJobs({
  model,
  data,
  out,
  format,
  rows,
  seed,
  csv,
  ...options
}: ScoreJobsOptions): Promise<void> {
  const { scoreRun } = await loadCluster('diffeo score --engine');
  const files = isPattern(data) ? matchingFiles(data) : [data];
  await runJobs(
    'diffeo score --engine',
    async (root) =>
      await scoreRun(root, {
        ...{ model: readFileSync(modelPath(model)), name: model, files, folder: root.pathTo(out), seed },
        table: csv as { readonly [name: string]: Json },
        ...(format !== undefined && { format }),
        ...(rows !== undefined && { rows }),
      }),
    options,
  );
}
