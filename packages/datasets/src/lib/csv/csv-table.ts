import type { Column } from '../data/column.ts';
import { findKind, typedColumn } from '../data/describe-columns.ts';
import { type FoundKind, isIdentifierName } from '../data/kinds/number-kind.ts';
import { type ColumnPlace, columnOrigins } from './columns/column-origins.ts';
import { keptColumns } from './columns/kept-columns.ts';
import type { ReadColumns } from './columns/read-columns.ts';
import type { CsvNote, CsvSettings, ReadTable } from './csv-options.ts';
import type { CsvLayout } from './layout/csv-layout.ts';
import { isNumberLike } from './layout/csv-number.ts';
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
  const { blocks, at, troubles, ragged, encoders } = read;
  const { source, takesAll } = settings;
  const nameOf = (i: number): string => layout.names[at[i] as number] as string;
  if (blocks.count === 0 && ragged.count === 0) {
    const problem = `${source} has no rows to learn from: it ends after the header.`;
    // Without a number in it, it is a header and no row.
    const isRow = layout.header?.some((field) => isNumberLike(field));
    throw refusal('CSV_EMPTY', { problem, advice: isRow ? [{ header: false }] : [] });
  }
  const kept = keptColumns(layout, read, settings, notes);
  requireRegular(layout, read, kept, settings, notes);
  notes.push(...numberFormats(layout, read, kept));

  const hasGaps = settings.missing !== 'keep' && kept.some((i) => troubles.of(i) !== undefined);
  const complete = hasGaps ? completeRows(read, kept) : null;
  const count = complete ? complete.reduce((sum, one) => sum + one, 0) : blocks.count;
  const dropped = blocks.count - count + ragged.count;
  const places = columnOrigins(layout, read, kept, complete, settings, notes);
  const encoded = kept.map((i) => encoders[i]?.column(nameOf(i), troubles.of(i)?.missing ?? 0) ?? null);

  const columns = kept.map((i, k): Column => {
    const { origin, unit } = places[k] as ColumnPlace;
    const column: Column = {
      name: nameOf(i),
      kind: 'real',
      place: (at[i] as number) + 1,
      ...(origin !== 0 && { origin }),
      ...(unit !== 1 && { unit }),
    };
    if (!takesAll) return column;
    const found = typed(column, { i, complete, categories: encoded[k]?.found ?? null }, read, settings);
    const periods = Object.hasOwn(settings.periods, column.name) ? settings.periods[column.name] : undefined;
    return periods && found.kind === 'date' ? { ...found, periods } : found;
  });

  const values = new Float32Array(count * kept.length);
  const width = kept.length;
  for (const [k, i] of kept.entries()) {
    const { origin = 0, unit = 1, categories } = columns[k] as Column;
    const codes = encoded[k]?.codes;
    const numbered = !encoders[i] && categories && new Map(categories.map((text, code) => [Number(text), code]));
    let to = k;
    for (const [rows, first] of blocks.parts()) {
      for (let row = 0, from = i; from < rows.length; row++, from += at.length) {
        if (complete?.[first + row] === 0) continue;
        const raw = rows[from] as number;
        if (numbered) values[to] = numbered.get(raw) ?? Number.NaN;
        else values[to] = codes ? (codes[raw] ?? Number.NaN) : (raw - origin) / unit;
        to += width;
      }
    }
  }
  if (dropped > 0) {
    const rows = dropped === 1 ? '1 row was' : `${dropped} rows were`;
    const why = hasGaps ? 'since a value is missing in each' : 'which have another number of fields';
    notes.push({ code: 'DROPPED', text: `${rows} left out, ${why}` });
  }
  if (blocks.added > blocks.count) {
    const [all, held] = [blocks.added, blocks.count].map((rows) => rows.toLocaleString('en'));
    notes.push({
      code: 'SAMPLED',
      text: `of its ${all} rows ${held} are held, drawn by the seed, and rows are counted among these`,
    });
  }
  const hasComma = kept.some((i) => layout.decimals[at[i] as number] === ',');
  return {
    values,
    count,
    eventShape: [kept.length],
    columns,
    dropped,
    ...(blocks.added > blocks.count && { sampledFrom: blocks.added }),
    notes,
    format: { delimiter: layout.delimiter, ...(hasComma && { decimal: ',' }) },
  };
}

/** What times are written to, seconds: hours, minutes or seconds. */
const timeStep = (divisor: number): number => [3600, 60].find((step) => divisor % step === 0) ?? 1;

/** A column with its kind, which is said, known from another file, or found out. */
function typed(
  column: Column,
  {
    i,
    complete,
    categories,
  }: { readonly i: number; readonly complete: Uint8Array | null; readonly categories: FoundKind | null },
  { blocks, at, counting }: ReadColumns,
  { kinds, known }: CsvSettings,
): Column {
  const before = known.get(column.name);
  if (before) return { ...before, ...column, kind: before.kind };
  const said = Object.hasOwn(kinds, column.name) ? kinds[column.name] : undefined;
  if (categories && categories.kind !== 'date') return typedColumn(column, categories, said);
  const { facts, found } = findKind(column.name, blocks.count, (callback) => {
    for (const [rows, first] of blocks.parts()) {
      for (let row = first, from = i; from < rows.length; row++, from += at.length) {
        if (complete?.[row] !== 0) callback(rows[from] as number, row);
      }
    }
  });
  if (categories && found.kind !== 'constant') {
    const { reason: _, step, ...rest } = found;
    const isTime = categories.kind === 'date' && step !== undefined && (column.unit ?? 1) === 1;
    return typedColumn(column, { ...rest, ...categories, ...(isTime && { step: timeStep(step) }) }, said);
  }
  // Two numbers are 0 and 1 of their distance.
  const [least, greatest] = (found.categories ?? []).map(Number);
  if (found.categories?.length === 2 && said === undefined) {
    const unit = (greatest as number) - (least as number);
    return typedColumn(
      { ...column, ...(least !== 0 && { origin: least as number }), ...(unit !== 1 && { unit }) },
      found,
      said,
    );
  }
  const begin = counting.get(i);
  if (begin === undefined || !isIdentifierName(column.name)) return typedColumn(column, found, said, facts);
  return typedColumn(column, { ...found, kind: 'index', reason: `it counts the rows from ${begin} on` }, said);
}
