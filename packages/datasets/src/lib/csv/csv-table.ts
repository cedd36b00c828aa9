import type { Column } from '../data/column.ts';
import { columnOrigins } from './columns/column-origins.ts';
import { keptColumns } from './columns/kept-columns.ts';
import type { ReadColumns } from './columns/read-columns.ts';
import type { CsvNote, CsvSettings, ReadTable } from './csv-options.ts';
import type { CsvLayout } from './layout/csv-layout.ts';
import { numberFormats } from './layout/number-formats.ts';
import { requireRegular } from './problems/csv-problems.ts';
import { refusal } from './problems/csv-refusal.ts';

/** Which rows have a number in each of the columns: 1 for those that have. */
function completeRows({ blocks, at }: ReadColumns, columns: readonly number[]): Uint8Array {
  const complete = new Uint8Array(blocks.count).fill(1);
  for (const [rows, first] of blocks.parts()) {
    for (let row = 0; row < rows.length / at.length; row++) {
      for (const i of columns) if (Number.isNaN(rows[row * at.length + i] as number)) complete[first + row] = 0;
    }
  }
  return complete;
}

/** The table of what was read: without columns that hold no numbers, or a refusal that names all that is wrong. */
export function csvTable(layout: CsvLayout, read: ReadColumns, settings: CsvSettings, notes: CsvNote[]): ReadTable {
  const { blocks, at, troubles, ragged } = read;
  const { source } = settings;
  if (blocks.count === 0 && ragged.count === 0) {
    const problem = `${source} has no rows to learn from: it ends after the header.`;
    throw refusal('CSV_EMPTY', { problem, advice: layout.header ? [{ header: false }] : [] });
  }
  const kept = keptColumns(layout, read, settings, notes);
  requireRegular(layout, read, kept, settings);
  notes.push(...numberFormats(layout, read, kept));

  const hasGaps = kept.some((i) => troubles.of(i) !== undefined);
  const complete = hasGaps ? completeRows(read, kept) : null;
  const count = complete ? complete.reduce((sum, one) => sum + one, 0) : blocks.count;
  const dropped = blocks.count - count + ragged.count;
  const origins = columnOrigins(layout, read, kept, complete, settings, notes);

  const values = new Float32Array(count * kept.length);
  let to = 0;
  for (const [rows, first] of blocks.parts()) {
    for (let row = 0; row < rows.length / at.length; row++) {
      if (complete?.[first + row] === 0) continue;
      for (let k = 0; k < kept.length; k++) {
        values[to++] = (rows[row * at.length + (kept[k] as number)] as number) - (origins[k] as number);
      }
    }
  }
  if (dropped > 0) {
    const rows = dropped === 1 ? '1 row was' : `${dropped} rows were`;
    notes.push({ code: 'DROPPED', text: `${rows} left out, since a value is missing in each` });
  }
  const hasComma = kept.some((i) => layout.decimals[at[i] as number] === ',');
  return {
    values,
    count,
    eventShape: [kept.length],
    columns: kept.map((i, k): Column => {
      const place = at[i] as number;
      const origin = origins[k] as number;
      return { name: layout.names[place] as string, kind: 'real', place: place + 1, ...(origin !== 0 && { origin }) };
    }),
    dropped,
    notes,
    format: { delimiter: layout.delimiter, ...(hasComma && { decimal: ',' }) },
  };
}
