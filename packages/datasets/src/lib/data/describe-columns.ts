import { DiffeoError, sizeOf } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';
import { type Column, type ColumnKind, rawNumber } from './column.ts';
import { type Dataset, requireDataset } from './dataset.ts';
import { ColumnFacts } from './kinds/column-facts.ts';
import { type FoundKind, numberKind } from './kinds/number-kind.ts';

/** So many rows, at equal distances, are looked at for numbers that come again; bounds and steps are of all rows. */
const maxCounted = 2 ** 17;

/** Which rows of so many are counted one by one: every so many. */
const countingStride = (rows: number): number => Math.max(1, Math.ceil(rows / maxCounted));

/** What is found out of the numbers of a column, which `each` gives with the numbers of their rows, and the kind that they make it. */
export function findKind(
  name: string,
  rows: number,
  each: (callback: (value: number, row: number) => void) => void,
  isFloat32 = false,
): { readonly facts: ColumnFacts; readonly found: FoundKind } {
  const look = (stride: number) => {
    const facts = new ColumnFacts(isFloat32);
    each((value, row) => facts.add(value, row % stride === 0));
    return { facts, found: numberKind(name, facts) };
  };
  const stride = countingStride(rows);
  const looked = look(stride);
  // A category that comes only between the rows that were counted would be a missing value.
  return stride > 1 && looked.found.categories ? look(1) : looked;
}

/** Kinds of numbers that are multiples of a step. */
const steppedKinds: ReadonlySet<ColumnKind> = new Set(['integer', 'rounded']);

/**
 * What a column is by what was found, and by what was said of it.
 *
 * @throws DiffeoError `DATA` where numbers are said to be rounded that have more decimals than we look for.
 */
export function typedColumn(
  column: Column,
  { kind, reason, ...found }: FoundKind,
  said: ColumnKind | undefined,
  facts?: ColumnFacts,
): Column {
  const { reason: _, kind: before, ...known } = column;
  if (said !== undefined) {
    if (!facts || !steppedKinds.has(said) || found.step !== undefined) return { ...known, ...found, kind: said };
    const { step } = facts;
    if (step !== null) return { ...known, ...found, step, kind: said };
    throw new DiffeoError(
      'DATA',
      `column '${shortName(column.name)}' was said to be ${said}, but its numbers are not multiples of one of at most four decimals`,
    );
  }
  return { ...known, ...found, kind, ...(reason !== undefined && { reason }) };
}

/**
 * The columns of a table with kinds that are found out from its numbers, each with a reason: one pass, in memory that does
 * not grow with the rows. Columns of categories and dates stay what they are; `kinds` says of columns, by their names, what
 * they are. Throws `DATA` for what is not a data set.
 *
 * @example
 * const table = datasetFrom([1, 0.5, 2, 0.25, 4, 0.75], { eventShape: [2], columns: ['n', 'share'] });
 * console.log(describeColumns(table).map(({ kind }) => kind)); // ['integer', 'bounded']
 */
export function describeColumns(
  dataset: Dataset,
  { kinds = {} }: { readonly kinds?: Readonly<Record<string, ColumnKind>> } = {},
): readonly Column[] {
  requireDataset(dataset);
  const { values, count } = dataset;
  const size = sizeOf(dataset.eventShape);
  const columns =
    dataset.columns ?? Array.from({ length: size }, (_, i): Column => ({ name: `${i + 1}`, kind: 'real' }));
  const isFloat32 = !(values instanceof Float64Array);
  return columns.map((column, i) => {
    const { facts, found } = findKind(
      column.name,
      count,
      (callback) => {
        for (let row = 0; row < count; row++) callback(rawNumber(values[row * size + i] as number, column), row);
      },
      isFloat32,
    );
    const said = Object.hasOwn(kinds, column.name) ? kinds[column.name] : undefined;
    const { missing, least, greatest } = facts;
    const range = facts.count > 0 ? { range: [least, greatest] as const } : {};
    if (said === undefined && (column.categories || column.kind === 'date')) {
      return { ...column, ...(column.categories ? {} : range), ...(missing > 0 && { missing }) };
    }
    return typedColumn(column, found, said, facts);
  });
}
