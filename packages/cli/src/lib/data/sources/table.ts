import { DiffeoError, isDiffeoError, sizeOf } from '@diffeo/core';
import { oneLine, shortName } from '@diffeo/core/arguments';
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
import { isMixedModel } from '@diffeo/tables';
import { columnList } from '@diffeo/trainer';
import type { StoredModel } from '../../model/read-model.ts';
import { kindsOption } from '../../options/csv-flags.ts';
import { cutContext, encoded, fewWholeNumbers, isMixedTable } from '../../tables/mixed-data.ts';
import { tableBase, tableLayers } from '../../tables/table-flow.ts';
import { say } from '../../terminal/say.ts';
import { maxCovariances } from '../../train/max-covariances.ts';
import { tableDefaults, tableFlowName } from '../../train/train-defaults.ts';
import type { DataSource, RowsOptions, SourceRows } from '../data-source.ts';
import { readTable, sayNote, sourceName } from '../read-rows.ts';
import { refuseCount, refuseImageOptions } from '../refuse-options.ts';
import { splitTable, tableSample } from '../split-rows.ts';
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

/** Which whole numbers get probabilities because they are few, and how they get a density; `null` where none do. Columns that are given have neither. */
function fewWholeNumbersNote(table: ReadTable, context: readonly string[]): string | null {
  const found = fewWholeNumbers(table).filter(({ column }) => !context.includes(column.name));
  if (found.length === 0) return null;
  const columns = found.map(({ column }) => column);
  const numbers = (place: number): string => ` (${found[place]?.numbers.join(', ')})`;
  const said = columnList(
    [...found.keys()],
    columnNames(columns).map((name) => shortName(name)),
    numbers,
  );
  const hold = found.length === 1 ? 'holds' : 'hold';
  return `${said} ${hold} few whole numbers, each of which gets a probability; for a density: ${kindsOption(columns, 'real')}`;
}

/** The rows of a file that a density can learn, and a line for each thing that it cannot. Without a context, and without categories or gaps, it is one of numbers. */
async function tableToLearn(
  name: string,
  { csv, signal, context, describesFlow, ...parts }: TrainingDataOptions,
): Promise<{ readonly table: ReadTable; readonly mixed?: TrainingData['mixed'] }> {
  const read = await readTable(name, { take: 'all', sample: tableSample(parts), ...csv, signal });
  const asked = csv.columns === undefined ? [] : columnNames(read.columns);
  const options = { asked, source: sourceName(name) };
  const all = describesFlow ? null : learnable(read, { ...options, density: 'mixed' });
  const isMixed = all !== null && isMixedTable(all.table, { kinds: csv.kinds, context });
  const { table, notes } = isMixed ? all : learnable(read, options);
  for (const note of notes) sayNote(name, note);
  if (!isMixed) return { table };
  const note = fewWholeNumbersNote(table, context ?? []);
  if (note !== null) say(oneLine(`${sourceName(name)}: ${note}`));
  return { table: encoded(table), mixed: { context: context ?? [], explanation: note === null ? [] : [note] } };
}

async function tableData(name: string, options: TrainingDataOptions): Promise<TrainingData> {
  const { table, mixed } = await tableToLearn(name, options);
  const { train, validation, test: heldOut } = splitTable(table, name, options);
  if (!mixed) checkVarying(train);
  if (!mixed && sizeOf(train.eventShape) <= maxCovariances) checkIndependent(train);
  return {
    columns: table.columns,
    csv: formatOf(table, options.csv),
    train,
    validation,
    heldOut,
    ...(mixed && { mixed }),
    preprocessing: { layers: mixed ? [] : tableLayers(train), baseline: [standardise()], base: tableBase },
    all: table,
    defaults: tableDefaults(train.count),
  };
}

/** A model takes all of its columns: advice to leave some out does not help, and what is lacking can be drawn. */
function ofAllColumns(error: unknown, { notes }: Pick<StoredModel, 'notes'>): unknown {
  const refusal = refusalOf(error);
  if (!refusal || !isDiffeoError(error)) return error;
  const helps = ({ columns, missing }: CsvOptions): boolean =>
    missing !== 'drop-columns' && (columns === undefined || `${columns[0]}`.startsWith(':'));
  const advice = refusal.advice
    .filter(helps)
    .map(({ exclude: _, ...rest }): CsvOptions => rest)
    .filter((options) => Object.keys(options).length > 0);
  const lacking = error.code === 'CSV_UNKNOWN_COLUMN' ? (refusal.columns ?? []) : [];
  const isPart = lacking.length > 0 && lacking.length < (notes.columns ?? []).length;
  // What a model is given it does not draw.
  const given = new Set(columnNames(notes.context ?? []));
  const problem =
    isPart && !lacking.some((name) => given.has(name))
      ? `${refusal.problem} diffeo fill draws what rows lack given what they have.`
      : refusal.problem;
  return new DiffeoError(error.code, error.message, { cause: { ...refusal, problem, advice } });
}

/** Rows of a table as a model takes them, by a function that reads them with options. */
export async function tableRows(
  { notes, model }: Pick<StoredModel, 'notes' | 'model'>,
  { csv, gaps }: Pick<RowsOptions, 'csv' | 'gaps'>,
  read: (options: CsvOptions) => Promise<ReadTable>,
): Promise<SourceRows> {
  const { context } = notes;
  const columns = notes.columns && [...notes.columns, ...(context ?? [])];
  const isMixed = isMixedModel(model);
  const known = {
    ...(columns && { columns: columnNames(columns), known: columns }),
    ...(notes.csv && { like: notes.csv }),
  };
  const missing = isMixed ? ({ missing: 'keep', codesUnseen: true } as const) : ({ missing: gaps ?? 'error' } as const);
  // A model that does not say what its columns are takes numbers, also where few rows have so few of them that they look like categories.
  const take = isMixed || columns ? 'all' : 'numbers';
  const table = await read({ take, ...missing, ...known, ...csv });
  return isMixed ? cutContext(encoded(table), columnNames(context ?? [])) : table;
}

/** Of a model that does not say how its data were split. */
const defaultSplit = { seed: 0, limit: undefined, heldOut: undefined };

/** A table in a file, or on standard input. */
export const tableSource = (name: string): DataSource => ({
  name,
  isOurs: false,
  flow: tableFlowName,
  train: async (options) => {
    refuseImageOptions(name, options.images);
    return await tableData(name, options);
  },
  rows: async (stored, { count, csv, gaps, images, like, signal }: RowsOptions) => {
    refuseImageOptions(name, images);
    refuseCount(name, count);
    try {
      const sample = like === 'training' && { sample: tableSample(stored.notes.split ?? defaultSplit) };
      return await tableRows(stored, { csv, ...(gaps && { gaps }) }, (options) =>
        readTable(name, { ...options, ...sample, signal }),
      );
    } catch (error) {
      throw csv.columns === undefined ? ofAllColumns(error, stored) : error;
    }
  },
});
