import { DiffeoError, isDiffeoError, sizeOf } from '@diffeo/core';
import {
  type CsvOptions,
  checkIndependent,
  checkVarying,
  columnNames,
  learnable,
  type ReadTable,
  refusalOf,
} from '@diffeo/datasets';
import { standardise } from '@diffeo/layers-elementwise';
import { tableBase, tableLayers } from '../../tables/table-flow.ts';
import { maxCovariances } from '../../train/max-covariances.ts';
import { tableDefaults } from '../../train/train-defaults.ts';
import type { DataSource, RowsOptions } from '../data-source.ts';
import { readTable, sayNote, sourceName } from '../read-rows.ts';
import { refuseCount, refuseImageOptions } from '../refuse-options.ts';
import { splitTable } from '../split-rows.ts';
import type { TrainingData, TrainingDataOptions } from '../training-data.ts';

/** What was said of a file's layout, or found out and may be unclear in another. */
function formatOf(
  table: ReadTable,
  { header, delimiter, comment, quotes, decimal, missingValues }: CsvOptions,
): TrainingData['csv'] {
  const mark = decimal ?? table.format.decimal;
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(comment !== undefined && { comment }),
    ...(quotes !== undefined && { quotes }),
    ...(mark !== undefined && { decimal: mark }),
    ...(missingValues !== undefined && { missingValues }),
  };
}

/** The rows of a file that a density of numbers can learn, and a line for each thing that it cannot. */
async function tableToLearn(name: string, csv: CsvOptions, signal: AbortSignal): Promise<ReadTable> {
  const read = await readTable(name, { take: 'all', ...csv, signal });
  const asked = csv.columns === undefined ? [] : columnNames(read.columns);
  const { table, notes } = learnable(read, { asked, source: sourceName(name) });
  for (const note of notes) sayNote(name, note);
  return table;
}

async function tableData(name: string, options: TrainingDataOptions): Promise<TrainingData> {
  const table = await tableToLearn(name, options.csv, options.signal);
  const { train, validation, test: heldOut } = splitTable(table, name, options);
  checkVarying(train);
  if (sizeOf(train.eventShape) <= maxCovariances) checkIndependent(train);
  return {
    columns: table.columns,
    csv: formatOf(table, options.csv),
    train,
    validation,
    heldOut,
    preprocessing: { layers: tableLayers(train), baseline: [standardise()], base: tableBase },
    all: table,
    defaults: tableDefaults(train.count),
  };
}

/** A model takes all of its columns: advice to leave some out does not help. */
function ofAllColumns(error: unknown): unknown {
  const refusal = refusalOf(error);
  if (!refusal || !isDiffeoError(error)) return error;
  const helps = ({ columns, missing }: CsvOptions): boolean =>
    missing !== 'drop-columns' && (columns === undefined || `${columns[0]}`.startsWith(':'));
  const advice = refusal.advice
    .filter(helps)
    .map(({ exclude: _, ...rest }): CsvOptions => rest)
    .filter((options) => Object.keys(options).length > 0);
  return new DiffeoError(error.code, error.message, { cause: { ...refusal, advice } });
}

/** A table in a file, or on standard input. */
export const tableSource = (name: string): DataSource => ({
  name,
  isOurs: false,
  train: async (options) => {
    refuseImageOptions(name, options.images);
    return await tableData(name, options);
  },
  rows: async ({ notes }, { count, csv, images, signal }: RowsOptions) => {
    refuseImageOptions(name, images);
    refuseCount(name, count);
    const { columns } = notes;
    const known = {
      ...(columns && { columns: columnNames(columns), known: columns }),
      ...(notes.csv && { like: notes.csv }),
    };
    try {
      return await readTable(name, { take: 'all', missing: 'error', ...known, signal, ...csv });
    } catch (error) {
      throw csv.columns === undefined ? ofAllColumns(error) : error;
    }
  },
});
