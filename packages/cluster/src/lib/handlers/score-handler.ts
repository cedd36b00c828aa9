import { stat } from 'node:fs/promises';
import { type Definition, DiffeoError, fold } from '@diffeo/core';
import {
  type Column,
  type CsvOptions,
  columnNames,
  type Dataset,
  encodeTable,
  type ReadTable,
  toTensor,
} from '@diffeo/datasets';
import { readTableShard, type TableShard } from '@diffeo/datasets/node';
import { score } from '@diffeo/trainer';
import { type InputRef, requireInput } from '../files/inputs.ts';
import type { Handler } from '../jobs/handler.ts';
import type { Json } from '../jobs/json.ts';
import { type CachedModel, modelCache } from './cached-model.ts';
import { modelColumns } from './model-columns.ts';

/** The type of the jobs that score. */
export const scoreType = '@diffeo/cluster/score';

/** What is scored: a part of a file, by a model. */
export type ScoreRequest = {
  readonly model: InputRef;
  /** The file, from the root, and how many bytes it has: one that was changed since is refused. */
  readonly data: { readonly path: string; readonly bytes: number };
  readonly shard: TableShard & { readonly [name: string]: Json };
  /** How the file is read: `CsvOptions` that are JSON. */
  readonly table: { readonly [name: string]: Json };
  /** Draws the noise of dequantization, if there is any. */
  readonly seed: number;
  /** The format of the output: one that `encodeTable` writes. */
  readonly format: string;
};

/** Rows as a model takes them. */
export interface ScoredData {
  readonly rows: Dataset;
  readonly context?: Dataset | undefined;
}

/** How scores are computed. */
export interface ScoreHandlerOptions {
  /** Of the parts that models may have. */
  readonly definitions: readonly Definition[];
  /**
   * Reads rows as a model takes them, by a function that reads the part of the file with such options. Default: the columns that the
   * model file names, or all.
   */
  readonly rowsFor?: (
    model: CachedModel,
    options: CsvOptions,
    read: (options: CsvOptions) => Promise<ReadTable>,
  ) => Promise<ScoredData>;
}

const rowsByName: NonNullable<ScoreHandlerOptions['rowsFor']> = async ({ metadata }, options, read) => {
  const columns = modelColumns(metadata);
  const known = columns && { columns: columnNames(columns), known: columns };
  // A part of few rows has so few numbers that they look like categories.
  const take = columns ? 'all' : 'numbers';
  return { rows: await read({ missing: 'error', take, ...known, ...options }) };
};

/**
 * Scores rows of a part of a table: a table with the number of each row in its file, from 1, and its log-likelihood, nats.
 *
 * @throws DiffeoError `FILE` where model or data are not those that the job names, and what reading and scoring throw.
 */
export function scoreHandler({ definitions, rowsFor = rowsByName }: ScoreHandlerOptions): Handler {
  const withModel = modelCache(definitions);
  return (given, { root, signal }) => {
    const { data, shard, table, seed, format } = given as ScoreRequest;
    return withModel(root, requireInput(given['model']), async (found) => {
      const path = root.inside(data.path);
      const { size } = await stat(path).catch((cause: unknown) => {
        throw new DiffeoError('FILE', `${data.path} cannot be read: ${(cause as Error).message}`, { cause });
      });
      if (size !== data.bytes) {
        throw new DiffeoError(
          'FILE',
          `${data.path} was changed since the run was planned: it has ${size} bytes, and had ${data.bytes}`,
        );
      }
      const options = { ...(table as CsvOptions), source: data.path, signal };
      const { rows, context } = await rowsFor(found, options, async (how) => {
        const read = await readTableShard(path, shard, how);
        const { dropped } = read;
        if (dropped === 0) return read;
        throw new DiffeoError(
          'DATA',
          `${data.path}, in the part from row ${shard.firstRow + 1} on: ${dropped === 1 ? '1 row' : `${dropped} rows`} would be left out, and those behind would have wrong numbers. Fill their gaps in, or take them out of the file`,
        );
      });
      const x = toTensor(rows);
      const given = context && toTensor(context);
      try {
        const noise = fold(seed, `${data.path} ${shard.firstRow}`);
        const scores = await score(found.model, found.params, given ? { x, context: given } : x, { noise });
        return await encodeTable(scoreTable(scores, shard.firstRow), { format });
      } finally {
        x.dispose();
        given?.dispose();
      }
    });
  };
}

const scoreColumns: readonly Column[] = [
  { name: 'row', kind: 'integer', step: 1 },
  { name: 'logProb', kind: 'real' },
];

/** Scores with the numbers of their rows, which may be more than float32 counts. */
function scoreTable(scores: Float32Array, firstRow: number): Dataset {
  const values = new Float64Array(2 * scores.length);
  for (const [i, value] of scores.entries()) values.set([firstRow + i + 1, value], 2 * i);
  return { values, count: scores.length, eventShape: [2], columns: scoreColumns };
}
