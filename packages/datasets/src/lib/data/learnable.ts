import { rowsToDrop } from '../csv/columns/rows-to-drop.ts';
import type { CsvNote, ReadTable } from '../csv/csv-options.ts';
import { refusal } from '../csv/problems/csv-refusal.ts';
import { shown, shownColumns } from '../csv/problems/shown.ts';
import type { Column, ColumnKind } from './column.ts';
import { constantColumns } from './constant-columns.ts';
import { takeRows } from './dataset.ts';
import { dependentColumns } from './dependent-columns.ts';
import { takeColumns } from './take-columns.ts';

/** Why columns of a kind are left out of a density of numbers, of one column and of several. */
const reasons: Partial<Readonly<Record<ColumnKind, readonly [one: string, several: string]>>> = {
  category: [
    'is a category, which a density of numbers does not take',
    'are categories, which a density of numbers does not take',
  ],
  boolean: [
    'is yes or no, which a density of numbers does not take',
    'are yes or no, which a density of numbers does not take',
  ],
  constant: ['never changes', 'never change'],
  index: ['counts the rows', 'count the rows'],
  identifier: ['tells rows apart', 'tell rows apart'],
  text: ['holds text', 'hold text'],
};

/** Kinds that a mixed density takes beside numbers. */
const mixedKinds: ReadonlySet<ColumnKind> = new Set(['category', 'boolean']);

/** Covariances of more columns are not looked at. */
const maxCovariances = 256;

/** What is left of a table to learn a density of numbers from. */
export interface Learnable {
  readonly table: ReadTable;
  /** What was left out, and why. */
  readonly notes: readonly CsvNote[];
}

function leaveOut(
  { table, notes }: Learnable,
  columns: readonly number[],
  code: CsvNote['code'],
  why: string,
): Learnable {
  if (columns.length === 0 || columns.length === table.columns.length) return { table, notes };
  const out = new Set(columns);
  const names = columns.map((column) => table.columns[column]?.name ?? '');
  const left = names.length === 1 ? 'is left out' : 'are left out';
  const kept = [...table.columns.keys()].filter((column) => !out.has(column));
  const note: CsvNote = { code, text: `${shownColumns(names)} ${why}, and ${left}`, columns: names };
  return { table: takeColumns(table, kept), notes: [...notes, note] };
}

const indices = (columns: readonly Column[], test: (column: Column) => boolean): number[] =>
  columns.flatMap((column, i) => (test(column) ? [i] : []));

function withoutGaps(learnable: Learnable, isAsked: (column: Column) => boolean): Learnable {
  const { table } = learnable;
  const { count, values } = table;
  const width = table.columns.length;
  const isGap = (row: number, column: number): boolean => Number.isNaN(values[row * width + column] as number);
  const lacking = table.columns.map((_, column) => {
    let gaps = 0;
    for (let row = 0; row < count; row++) if (isGap(row, column)) gaps++;
    return gaps;
  });
  const complete = (columns: readonly number[]): number[] => {
    const checked = columns.filter((column) => lacking[column] !== 0);
    const rows: number[] = [];
    for (let row = 0; row < count; row++) if (!checked.some((column) => isGap(row, column))) rows.push(row);
    return rows;
  };
  const gaps = {
    count,
    lacking: (i: number): number => lacking[i] as number,
    complete: (columns: readonly number[]): number => complete(columns).length,
  };
  const { exclude } = rowsToDrop(gaps, [...table.columns.keys()]);
  const out = exclude.filter((i) => !isAsked(table.columns[i] as Column) || lacking[i] === count);
  const left = leaveOut(
    learnable,
    out,
    'INCOMPLETE_COLUMNS',
    out.length === 1 ? 'lacks many values' : 'lack many values',
  );
  const gone = new Set(left.table === table ? [] : out);
  const rows = complete([...table.columns.keys()].filter((i) => !gone.has(i)));
  if (rows.length === count) return left;
  const dropped = count - rows.length;
  const text = `${dropped} of ${count} rows ${dropped === 1 ? 'lacks' : 'lack'} a value and ${dropped === 1 ? 'is' : 'are'} left out`;
  return {
    table: { ...takeRows(left.table, rows), dropped: left.table.dropped + dropped },
    notes: [...left.notes, { code: 'DROPPED', text }],
  };
}

/** Without columns of numbers that are linear functions of others, in the rows that lack none of them. */
function withoutDependent(learnable: Learnable, isAsked: (column: Column) => boolean): Learnable {
  const { table } = learnable;
  const numbers = indices(table.columns, ({ categories }) => categories === undefined);
  const width = table.columns.length;
  const complete = Array.from({ length: table.count }, (_, row) => row).filter((row) =>
    numbers.every((i) => !Number.isNaN(table.values[row * width + i] as number)),
  );
  if (numbers.length < 2 || numbers.length > maxCovariances || numbers.length > complete.length - 2) return learnable;
  const dependent = dependentColumns(takeColumns(takeRows(table, complete), numbers));
  const unasked = dependent
    .map(({ column }) => numbers[column] as number)
    .filter((i) => !isAsked(table.columns[i] as Column));
  const why = unasked.length === 1 ? 'is a linear function of others' : 'are linear functions of others';
  return leaveOut(learnable, unasked, 'DEPENDENT_COLUMNS', why);
}

/** What is to be learned. */
export interface LearnableOptions {
  /** Columns that were asked for by name. */
  readonly asked?: readonly string[];
  /** What messages call the table. */
  readonly source?: string;
  /** `numbers`, the default: a density of numbers alone. `mixed`: one that takes categories and rows with gaps too. */
  readonly density?: 'numbers' | 'mixed';
}

/**
 * What a density can learn of a table. One of numbers: the columns of numbers and dates that change, of rows that lack none. All
 * else is left out, with a note each: categories, texts, identifiers, constants, columns that lack many values and rows that
 * lack any, and columns that are linear functions of others. A `mixed` one takes categories, and rows with gaps as they are. Columns that were asked for by name stay, if they are numbers.
 * Throws `CSV_NO_NUMBERS` where no column is left.
 */
export function learnable(
  table: ReadTable,
  { asked = [], source = 'the table', density = 'numbers' }: LearnableOptions = {},
): Learnable {
  const isMixed = density === 'mixed';
  const names = new Set(asked);
  const isAsked = ({ name, categories }: Column): boolean =>
    names.has(name) &&
    (categories ?? []).every((text) => text !== '' && Number.isFinite(Number(text))) &&
    (categories?.length ?? 0) <= 2;
  let left: Learnable = { table, notes: [] };
  const isLeftOut = ({ kind }: Column): boolean => reasons[kind] !== undefined && !(isMixed && mixedKinds.has(kind));
  const out = table.columns.filter((column) => isLeftOut(column) && !isAsked(column));
  if (out.length === table.columns.length && out.some(({ kind }) => kind !== 'constant')) {
    const all = out.slice(0, 4).map(({ name, kind }) => `${shown(name)} ${reasons[kind]?.[0]}`);
    const more = out.length > 4 ? `, and so with ${out.length - 4} more` : '';
    const problem = `${source}: no column holds numbers to learn from: ${all.join(', ')}${more}.`;
    throw refusal('CSV_NO_NUMBERS', { problem, columns: out.map(({ name }) => name), advice: [] });
  }
  for (const [kind, [one, several]] of Object.entries(reasons)) {
    const columns = indices(
      left.table.columns,
      (column) => column.kind === kind && isLeftOut(column) && !isAsked(column),
    );
    left = leaveOut(
      left,
      columns,
      kind === 'constant' ? 'CONSTANT_COLUMNS' : 'LEFT_OUT',
      columns.length === 1 ? one : several,
    );
  }
  const dates = left.table.columns.filter(({ kind }) => kind === 'date');
  left = {
    ...left,
    notes: [
      ...left.notes,
      ...dates.map(({ name, unit, reason }): CsvNote => {
        const how = reason ? ` (${reason})` : '';
        return {
          code: 'DATE',
          text: `column ${shown(name)} holds dates${how}, taken as a number of ${unit ? 'days' : 'seconds'}`,
          columns: [name],
        };
      }),
    ],
  };
  if (isMixed) return withoutDependent(left, isAsked);
  left = withoutGaps(left, isAsked);
  if (left.table.count < 2) return left;
  const constant = constantColumns(left.table).filter((i) => !isAsked(left.table.columns[i] as Column));
  left = leaveOut(left, constant, 'CONSTANT_COLUMNS', constant.length === 1 ? 'never changes' : 'never change');
  return withoutDependent(left, isAsked);
}
