import { DiffeoError, type Seed, sizeOf } from '@diffeo/core';
import { type CsvOptions, checkLevels, type Rows } from '@diffeo/datasets';
import { findData } from './data-source.ts';
import type { StoredModel } from './read-model.ts';
import { readDigitRows, readTable } from './read-rows.ts';
import { heldOutPoints } from './training-data.ts';

/** What rows to read for a model. */
export interface RowsOptions {
  readonly data: string;
  readonly seed: Seed;
  /** How many points of a toy. */
  readonly count: number | undefined;
  readonly csv: CsvOptions;
}

async function readRows({ notes }: StoredModel, { data, seed, count, csv }: RowsOptions): Promise<Rows> {
  const source = findData(data, csv);
  if (source.kind === 'toy') return heldOutPoints(source.toy, seed, count);
  if (count !== undefined) throw new DiffeoError('USAGE', `--count is for toy densities, and ${data} is none`);
  if (source.kind === 'digits') return await readDigitRows();
  return await readTable(data, notes.columns ? { columns: notes.columns, ...csv } : csv);
}

/**
 * The rows that the data argument names, as the model takes them: of a CSV file, the columns whose names are saved with
 * the model. Throws `SHAPE` when they do not fit, `LEVELS` for numbers that a dequantizing model cannot take, and what
 * the CSV reader throws.
 */
export async function rowsForModel(stored: StoredModel, options: RowsOptions): Promise<Rows> {
  const { model, path } = stored;
  if (model.contextShape) {
    throw new DiffeoError('CONTEXT', `${path} is conditional: it takes a context, which this command cannot give`);
  }
  const rows = await readRows(stored, options);
  const [dimensions, width] = [sizeOf(model.eventShape), sizeOf(rows.eventShape)];
  if (width !== dimensions) {
    throw new DiffeoError(
      'SHAPE',
      `${path} takes rows of ${dimensions} numbers, and ${options.data} has rows of ${width}`,
    );
  }
  const levels = (model.spec.dequantize?.config as { readonly levels?: unknown } | undefined)?.levels;
  if (typeof levels === 'number') checkLevels(rows, levels);
  return { ...rows, eventShape: model.eventShape };
}
