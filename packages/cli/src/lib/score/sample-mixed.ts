import { DiffeoError, fold, type Seed } from '@diffeo/core';
import { type Column, columnNames } from '@diffeo/datasets';
import { conditionals, missingCell, withMissingCells } from '@diffeo/tables';
import { readTable } from '../data/read-rows.ts';
import type { StoredModel } from '../model/read-model.ts';
import { givenCells, givenEntries } from '../tables/given-cells.ts';
import { csvHeader, csvRows } from '../terminal/csv-text.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import type { ResultSink } from '../terminal/result-sink.ts';

/** What rows of a mixed table are drawn given. */
export interface GivenOptions {
  /** Columns and their values: `species=Adelie`. */
  readonly given: readonly string[] | undefined;
  /** A file of a table with values of some columns: as many samples are drawn for each of its rows. */
  readonly contexts: string | undefined;
}

/** Rows that are drawn between two looks at the signal. */
const rowsTogether = 1024;

/** All columns of a mixed model in the order of its rows, and which of them are its context. */
function mixedColumns({ notes, path }: StoredModel, places: readonly number[], size: number): readonly Column[] {
  const { columns, context } = notes;
  if (columns?.length !== size - places.length || (context?.length ?? 0) !== places.length) {
    throw new DiffeoError('FILE', `${path}: its metadata do not name its columns`);
  }
  const all = new Array<Column>(size);
  for (const [i, place] of places.entries()) all[place] = context?.[i] as Column;
  let next = 0;
  for (let at = 0; at < size; at++) all[at] ??= columns[next++] as Column;
  return all;
}

/** The rows that samples are drawn given: of open cells alone where nothing is given. */
async function givenRows(
  columns: readonly Column[],
  { given, contexts }: GivenOptions,
  signal: AbortSignal,
): Promise<readonly Float64Array[]> {
  const said = await givenCells(givenEntries(given ?? []), columns);
  if (contexts === undefined) return [said];
  const read = await readTable(contexts, { take: 'all', known: columns, codesUnseen: true, missing: 'keep', signal });
  const names = columnNames(read.columns);
  const places = columns.map(({ name }) => names.indexOf(name));
  if (places.every((place) => place < 0)) {
    throw new DiffeoError(
      'CONTEXT',
      `--contexts: ${contexts} has no column of the model. It has ${columnNames(columns).slice(0, 20).join(', ')}`,
    );
  }
  const values = withMissingCells(read.values);
  return Array.from({ length: read.count }, (_, row) =>
    said.map((cell, i) => {
      const place = places[i] as number;
      return place < 0 || !Number.isNaN(cell) ? cell : (values[row * names.length + place] as number);
    }),
  );
}

/** Throws unless rows say what the model is conditioned on, and what can be. */
function requirePossible(
  rows: readonly Float64Array[],
  columns: readonly Column[],
  { context, logProb }: ReturnType<typeof conditionals>,
): void {
  const lacking = context.filter((place) => rows.some((row) => Number.isNaN(row[place] as number)));
  if (lacking.length > 0) {
    const names = lacking.map((place) => columns[place]?.name ?? '');
    throw new DiffeoError(
      'CONTEXT',
      `the model is of rows given ${names.join(', ')}: say what ${names.length === 1 ? 'it is' : 'they are'}, by --given ${names.map((name) => `${name}=…`).join(',')} or --contexts FILE`,
    );
  }
  const impossible = logProb(rows.flatMap((row) => [...row])).findIndex(
    (log) => log === -Infinity || Number.isNaN(log),
  );
  if (impossible < 0) return;
  const which = rows.length > 1 ? `row ${impossible + 1} of the contexts` : 'what is given';
  throw new DiffeoError(
    'CONTEXT',
    `${which} is impossible under the model: a number lies outside the bounds of its column`,
  );
}

/** Cells as they are written: gaps, rounded numbers as the decimals that they are, others in float32. */
const shownCells = (cells: Float64Array, columns: readonly Column[]): Float64Array =>
  cells.map((cell, at) => {
    if (cell === missingCell) return Number.NaN;
    return columns[at % columns.length]?.step === undefined ? Math.fround(cell) : cell;
  });

/** Draws rows of a mixed model as CSV: all of its columns, in the order of its data, gaps empty; for each row that is given, `count`. */
export async function sampleMixed(
  stored: StoredModel,
  {
    count,
    seed,
    signal,
    ...given
  }: GivenOptions & { readonly count: number; readonly seed: Seed; readonly signal: AbortSignal },
  sink: ResultSink,
): Promise<void> {
  const model = conditionals(stored.model, stored.params);
  const { size } = model;
  const columns = mixedColumns(stored, model.context, size);
  const rows = await givenRows(columns, given, signal);
  requirePossible(rows, columns, model);
  await sink.write(csvHeader(columnNames(columns)));
  for (const [i, row] of rows.entries()) {
    const own = rows.length > 1 ? fold(seed, i) : seed;
    for (let drawn = 0; drawn < count; drawn += rowsTogether) {
      await stopIfCancelled(signal);
      const batch = Math.min(rowsTogether, count - drawn);
      const open = new Float64Array(batch * size);
      for (let at = 0; at < batch; at++) open.set(row, at * size);
      const filled = model.fill(open, { seed: fold(own, drawn) });
      await sink.write(csvRows(shownCells(filled, columns), columns));
    }
  }
  sink.finish();
}
