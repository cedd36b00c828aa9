import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import type { Root } from '../files/root.ts';
import { writeOutput, writingFolder } from '../files/write-output.ts';
import { type Job, outputName } from '../jobs/job.ts';
import { type Run, type RunRecord, runRecord } from './run.ts';

/** What a run's folder says of itself: which job each output is of. */
interface Manifest extends RunRecord {
  readonly format: 1;
  readonly outputs: readonly (Job & { readonly output: string })[];
}

const manifestName = 'manifest.json';

async function readManifest(path: string): Promise<Manifest | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const manifest = JSON.parse(text) as Manifest;
    if (manifest.format === 1 && typeof manifest.id === 'string') return manifest;
  } catch {
    // Said below.
  }
  throw new DiffeoError('FILE', `${path} is no manifest of a run`);
}

/** What a build has that another has not. */
function unlike(build: string | null, other: string | null): string | null {
  if (build === null || other === null) return build;
  const theirs = new Set(other.split(', '));
  const own = build.split(', ').filter((part) => !theirs.has(part));
  return own.join(', ') || 'nothing else';
}

/**
 * Begins a run, or goes on with it: makes its folder and writes its manifest.
 *
 * @param build that of whoever submits it; `null` lets any do.
 * @throws DiffeoError `CONFIG` for jobs that are none; `FILE` where the folder holds another run, or was begun on another build.
 */
export async function beginRun(root: Root, run: Run, build: string | null): Promise<RunRecord> {
  const record = runRecord(run, build);
  const folder = root.inside(run.folder);
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new DiffeoError('FILE', `${folder} cannot be made: ${(cause as Error).message}`, { cause });
  });
  const path = join(folder, manifestName);
  const found = await readManifest(path);
  if (found && found.id !== record.id) {
    const differs =
      found.build === build
        ? 'it holds another run. Take another folder'
        : `it was begun with ${unlike(found.build, build) ?? 'workers of any build'}, and here is ${unlike(build, found.build) ?? 'a run for any build'}. Results may differ in their last bits: take another folder`;
    throw new DiffeoError('FILE', `${folder}: ${differs}`);
  }
  if (!found) {
    const outputs = run.jobs.map((job) => ({ ...job, output: outputName(job) }));
    const manifest: Manifest = { format: 1, ...record, outputs };
    await writeOutput(path, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  }
  return record;
}

/** The jobs whose outputs are not there. */
export async function missingJobs(root: Root, { folder, jobs }: Pick<Run, 'folder' | 'jobs'>): Promise<Job[]> {
  const there = new Set(await readdir(root.inside(folder)));
  return jobs.filter((job) => !there.has(outputName(job)));
}

/** How many outputs of the run in a folder are not there, by its manifest; `null` where there is none. */
export async function countMissing(root: Root, folder: string): Promise<number | null> {
  const manifest = await readManifest(join(root.inside(folder), manifestName));
  if (!manifest) return null;
  const there = new Set(await readdir(root.inside(folder)));
  return manifest.outputs.filter(({ output }) => !there.has(output)).length;
}

/** The paths of a run's outputs, in the order of its jobs. @throws DiffeoError `FILE` where one is missing. */
export async function outputPaths(root: Root, run: Pick<Run, 'folder' | 'jobs'>): Promise<string[]> {
  const [missing] = await missingJobs(root, run);
  if (missing) throw new DiffeoError('FILE', `${outputName(missing)} is not in ${root.inside(run.folder)}`);
  return run.jobs.map((job) => root.inside(join(run.folder, outputName(job))));
}

/** Removes what workers that were killed left in a run's folder. */
export async function tidyRun(root: Root, folder: string): Promise<void> {
  await rm(root.inside(join(folder, writingFolder)), { recursive: true, force: true });
}
