import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { tableWriter } from '@diffeo/datasets';
import { tableShards } from '@diffeo/datasets/node';
import { storeInput } from '../files/inputs.ts';
import type { Root } from '../files/root.ts';
import { type ScoreRequest, scoreType } from '../handlers/score-handler.ts';
import type { Job } from '../jobs/job.ts';
import { isJson, type Json } from '../jobs/json.ts';
import type { Run } from '../runs/run.ts';

/** What to score, and how. */
export interface ScoreRunOptions {
  /** A model file's bytes. */
  readonly model: Uint8Array;
  /** What the model is called, for people. */
  readonly name: string;
  /** The files, from where the process stands. They lie in the root. */
  readonly files: readonly string[];
  /** The run's folder, from the root. */
  readonly folder: string;
  /** About how many rows a job scores: a group of Parquet rows at least. Default 100,000. */
  readonly rows?: number;
  readonly seed?: number;
  /** `parquet` (the default), `csv`, `tsv`, `jsonl` or `json`. */
  readonly format?: string;
  /** How files are read: `CsvOptions` that are JSON. */
  readonly table?: { readonly [name: string]: Json };
}

/** A number among so many, with zeros before it, so that names are in its order. */
export const numbered = (i: number, count: number): string =>
  `part-${String(i).padStart(Math.max(5, `${count - 1}`.length), '0')}`;

/**
 * Plans a run that scores every row of some files, and puts its model where workers find it.
 *
 * @throws DiffeoError `FILE` for files outside of the root or without rows, `CONFIG`
 */
export async function scoreRun(root: Root, options: ScoreRunOptions): Promise<Run> {
  const { model, name, files, folder, rows = 100_000, seed = 0, format = 'parquet', table = {} } = options;
  const { endings } = tableWriter(format);
  if (!isJson(table)) throw new DiffeoError('CONFIG', 'scoreRun: table must be options that are JSON');
  const ref = await storeInput(root, folder, model, '.safetensors');
  const requests: ScoreRequest[] = [];
  for (const file of files) {
    const path = root.pathTo(file);
    const { size } = await stat(root.inside(path)).catch((cause: unknown) => {
      throw new DiffeoError('FILE', `${file} cannot be read: ${(cause as Error).message}`, { cause });
    });
    for (const shard of await tableShards(root.inside(path), { rows, ...table, source: basename(path) })) {
      requests.push({ model: ref, data: { path, bytes: size }, shard: { ...shard }, table, seed, format });
    }
  }
  const jobs = requests.map(
    (request, i): Job => ({ type: scoreType, request, name: numbered(i, requests.length), ending: endings[0] }),
  );
  return { name: `score ${name}`, folder, jobs };
}
