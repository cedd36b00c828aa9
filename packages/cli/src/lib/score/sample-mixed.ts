import { DiffeoError, fold, type Seed } from '@diffeo/core';
import type { Column } from '@diffeo/datasets';
import { conditionals, missingCell } from '@diffeo/tables';
import { readKnownCells } from '../data/known-cells.ts';
import type { StoredModel } from '../model/read-model.ts';
import { givenCells, givenEntries } from '../tables/given-cells.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';
import type { ResultTable } from '../terminal/result-table.ts';
import { mixedColumns, shownCells } from './mixed-cells.ts';
import { withinDates } from './within-dates.ts';

/** What rows of a mixed table are drawn given. */
export interface GivenOptions {
  /** Columns and their values: `species=Adelie`. */
  readonly given: readonly string[] | undefined;
  /** A file of a table with values of some columns: as many samples are drawn for each of its rows. */
  readonly contexts: string | undefined;
}

/** Rows that are drawn between two looks at the signal. */
const rowsTogether = 1024;

/** The rows that samples are drawn given: of open cells alone where nothing is given. */
async function givenRows(
  columns: readonly Column[],
  { given, contexts }: GivenOptions,
  signal: AbortSignal,
): Promise<readonly Float64Array[]> {
  const said = await givenCells(givenEntries(given ?? []), columns);
  if (contexts === undefined) return [said];
  const { values, count, has } = await readKnownCells(contexts, columns, { signal });
  const size = columns.length;
  return Array.from({ length: count }, (_, row) =>
    said.map((cell, i) => {
      if (!has[i] || !Number.isNaN(cell)) return cell;
      const known = values[row * size + i] as number;
      return Number.isNaN(known) ? missingCell : known;
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

/** Draws rows of a mixed model as a table: all of its columns, in the order of its data, gaps empty; for each row that is given, `count`. */
export async function sampleMixed(
  stored: StoredModel,
  {
    count,
    seed,
    signal,
    ...given
  }: GivenOptions & { readonly count: number; readonly seed: Seed; readonly signal: AbortSignal },
  table: ResultTable,
): Promise<void> {
  const model = conditionals(stored.model, stored.params);
  const { size } = model;
  const columns = mixedColumns(stored, model);
  const rows = await givenRows(columns, given, signal);
  requirePossible(rows, columns, model);
  await table.begin(columns);
  for (const [i, row] of rows.entries()) {
    const own = rows.length > 1 ? fold(seed, i) : seed;
    const said = new Set([...row.keys()].filter((place) => !Number.isNaN(row[place])));
    for (let drawn = 0; drawn < count; drawn += rowsTogether) {
      await stopIfCancelled(signal);
      const batch = Math.min(rowsTogether, count - drawn);
      const open = new Float64Array(batch * size);
      for (let at = 0; at < batch; at++) open.set(row, at * size);
      const batchSeed = fold(own, drawn);
      const filled = await withinDates(
        model.fill(open, { seed: batchSeed }),
        columns,
        (wanted, attempt) => model.fill(open.subarray(0, wanted * size), { seed: fold(batchSeed, `again ${attempt}`) }),
        said,
      );
      await table.write(shownCells(filled, columns));
    }
  }
  await table.finish();
}
