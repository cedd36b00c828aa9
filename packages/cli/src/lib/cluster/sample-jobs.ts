import { readFileSync } from 'node:fs';
import { DiffeoError, type Seed } from '@diffeo/core';
import { rowsTogether } from '@diffeo/trainer';
import { readModel } from '../model/read-model.ts';
import { loadCluster } from './load-cluster.ts';
import { type JobOptions, runJobs } from './run-jobs.ts';
import { modelPath } from './score-jobs.ts';

/** What `diffeo sample --engine` was asked to do. */
export interface SampleJobsOptions extends JobOptions {
  readonly model: string;
  readonly count: number;
  readonly temperature: number;
  readonly out: string;
  readonly format: string | undefined;
  readonly rows: number | undefined;
  readonly seed: Seed;
}

/** Draws samples in parts, each a job: in the order of the outputs, those of `diffeo sample`. */
export async function sampleJobs({
  model: path,
  count,
  temperature,
  out,
  format,
  rows,
  seed,
  ...options
}: SampleJobsOptions): Promise<void> {
  const { sampleRun } = await loadCluster('diffeo sample --engine');
  const { model } = await readModel(path);
  if (model.contextShape)
    throw new DiffeoError('CONTEXT', `${path} is conditional: jobs have no contexts to draw given`);
  await runJobs(
    'diffeo sample --engine',
    async (root) =>
      await sampleRun(root, {
        ...{ model: readFileSync(modelPath(path)), name: path, count, temperature, folder: root.pathTo(out), seed },
        batch: rowsTogether(model),
        ...(format !== undefined && { format }),
        ...(rows !== undefined && { rows }),
      }),
    options,
  );
}
