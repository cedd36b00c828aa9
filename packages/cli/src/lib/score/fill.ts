import { DiffeoError, isDiffeoError, type Seed } from '@diffeo/core';
import { type Column, type CsvOptions, columnNames } from '@diffeo/datasets';
import { conditionals, fillRows, isMixedModel, missingCell } from '@diffeo/tables';
import { type KnownCells, readKnownCells } from '../data/known-cells.ts';
import { sourceName } from '../data/read-rows.ts';
import { readModel, type StoredModel } from '../model/read-model.ts';
import { type ResultPlace, type ResultTable, resultTable } from '../terminal/result-table.ts';
import { say } from '../terminal/say.ts';
import { standardInput } from '../terminal/standard-input.ts';
import { requireColumns } from './blame-rows.ts';
import { mixedColumns, shownCells } from './mixed-cells.ts';

/** What `diffeo fill` was asked to do. */
export interface FillOptions extends ResultPlace {
  readonly model: string;
  readonly data: string;
  /** How often each gap is drawn. */
  readonly draws: number;
  readonly seed: Seed;
  readonly csv: CsvOptions;
  readonly signal: AbortSignal;
}

/** Candidates that are worth less than so many draws are said. */
const fewDraws = 10;

/** Cells that are written at once. */
const cellsTogether = 2 ** 16;

/** Rows that are said of, before it is too many. */
const shownRows = 5;

const rowsText = (rows: readonly number[]): string =>
  `${rows.length === 1 ? 'row' : 'rows'} ${rows
    .slice(0, shownRows)
    .map((row) => row + 1)
    .join(', ')}${rows.length > shownRows ? ', …' : ''}`;

/** The columns of the model's rows, and which of them it cannot draw. */
function columnsOf(stored: StoredModel): { readonly columns: readonly Column[]; readonly given: readonly number[] } {
  const { model, params, notes, path } = stored;
  if (isMixedModel(model)) {
    const mixed = conditionals(model, params);
    return { columns: mixedColumns(stored, mixed), given: mixed.context };
  }
  requireColumns(stored, 'fill');
  if (notes.columns) return { columns: notes.columns, given: [] };
  throw new DiffeoError('FILE', `${path}: its metadata do not name its columns, so cells of a file cannot be told`);
}

/** Throws for cells that cannot be taken: what the model is given and the file lacks, and categories that it does not know. */
function requireKnown({ values, count, has }: KnownCells, columns: readonly Column[], given: readonly number[]): void {
  const lacking = given.filter((place) => !has[place]).map((place) => columns[place]?.name ?? '');
  if (lacking.length > 0) {
    throw new DiffeoError('CONTEXT', `the model is of rows given ${lacking.join(', ')}, which the data lack`);
  }
  for (let at = 0; at < count * columns.length; at++) {
    const { name, categories } = columns[at % columns.length] as Column;
    if (!categories || Number.isNaN(values[at]) || (values[at] as number) < categories.length) continue;
    throw new DiffeoError(
      'DATA',
      `row ${Math.floor(at / columns.length) + 1} has a category in '${name}' that the model does not know: it knows ${categories.slice(0, 20).join(', ')}. Leave such rows out, or train with them`,
    );
  }
}

/** Says what is drawn that is no gap, and what stays one. */
function sayColumns({ values, has }: KnownCells, columns: readonly Column[], given: readonly number[], name: string) {
  const lacking = columnNames(columns.filter((_, i) => !has[i]));
  if (lacking.length > 0) say(`${name} has no column ${lacking.join(', ')}: drawn for every row`);
  const kept = given.filter((place) =>
    values.some((value, at) => at % columns.length === place && Number.isNaN(value)),
  );
  if (kept.length > 0) {
    const names = kept.map((place) => columns[place]?.name).join(', ');
    say(`gaps in ${names} stay: the model is given these, and draws the others`);
  }
}

/** Whole tables one after the other, with the columns `draw` and `row` before the others where there are several. */
async function writeFilled(
  table: ResultTable,
  cells: Float64Array,
  columns: readonly Column[],
  draws: number,
): Promise<void> {
  const taken = new Set(columnNames(columns));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_`) : name);
  const before = draws > 1 ? ['draw', 'row'].map((name) => ({ name: free(name) })) : [];
  await table.begin([...before, ...columns]);
  const size = columns.length;
  const count = cells.length / draws / size;
  const together = Math.max(1, Math.floor(cellsTogether / size));
  for (let draw = 0; draw < draws; draw++) {
    for (let begin = 0; begin < count; begin += together) {
      const rows = Array.from({ length: Math.min(together, count - begin) }, (_, i) => begin + i);
      const lines = rows.flatMap((row) => {
        const at = (draw * count + row) * size;
        return [...before.map((_, i) => (i === 0 ? draw : row) + 1), ...cells.subarray(at, at + size)];
      });
      await table.write(Float64Array.from(lines));
    }
  }
  await table.finish();
}

/** Says in which rows the draws are poor, and gives how much the poorest are worth. */
function sayPoor(effective: Float64Array): number {
  const worst = effective.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const poor = [...effective.keys()].filter((row) => (effective[row] as number) < fewDraws);
  if (poor.length > 0) {
    say(
      `warning: in ${rowsText(poor)} gaps are drawn from candidates that are worth fewer than ${fewDraws} draws (${worst.toFixed(1)} at least): what is known there is unusual under the model`,
    );
  }
  return worst;
}

/**
 * Draws the missing cells of a table given the others of their rows, and writes the rows in their order, with all columns of the model. Of mixed models
 * exactly; of others by weighed candidates, of which it is said where they are worth few draws.
 */
export async function fill({ model: path, data, draws, seed, csv, signal, ...place }: FillOptions): Promise<void> {
  if (data === standardInput && path === standardInput) {
    throw new DiffeoError('USAGE', 'model and data cannot both come from standard input: name a file for one of them');
  }
  const stored = await readModel(path);
  const { columns, given } = columnsOf(stored);
  // Opened first, so that a path that cannot be written is refused before the work.
  const table = resultTable(place);
  try {
    const like = stored.notes.csv ?? {};
    const known = await readKnownCells(data, columns, { like, signal, ...csv });
    requireKnown(known, columns, given);
    const name = sourceName(data);
    sayColumns(known, columns, given, name);
    const { count } = known;
    const size = columns.length;
    const isGiven = new Set(given);
    const values = known.values.map((value, at) =>
      Number.isNaN(value) && isGiven.has(at % size) ? missingCell : value,
    );
    const gaps = values.filter(Number.isNaN).length;
    const { model, params } = stored;
    const filled = await fillRows(model, params, { values, count, size }, { draws, seed, signal }).catch(
      (error: unknown) => {
        if (isDiffeoError(error) || !signal.aborted) throw error;
        throw new DiffeoError('CANCELLED', 'cancelled while gaps were filled. Nothing was written', { cause: error });
      },
    );
    const worth = sayPoor(filled.effective);
    await writeFilled(table, shownCells(filled.values, columns), columns, draws);
    const times = draws > 1 ? `, each ${draws} times` : '';
    const how = Number.isFinite(worth) ? `, from candidates worth ${Math.floor(worth)} draws or more` : '';
    say(`${name}: ${gaps} ${gaps === 1 ? 'gap' : 'gaps'} filled in ${count} rows${times}${how}`);
  } finally {
    table.close();
  }
}
