import {
  type Column,
  type ColumnKind,
  type Dataset,
  type ReadTable,
  rawNumber,
  takeColumns,
  takeRows,
} from '@diffeo/datasets';
import { withMissingCells } from '@diffeo/tables';
import { maxCovariances } from '../train/max-covariances.ts';

/** Rows as a model takes them, and the context of each where the model has one. */
export interface ModelRows extends Dataset {
  readonly context?: Dataset | undefined;
}

/** Kinds that have no density of numbers. */
const categories: ReadonlySet<ColumnKind> = new Set(['category', 'boolean']);
/** Kinds of numbers that have probabilities, if it was said that a column is one of them. */
const discrete: ReadonlySet<ColumnKind> = new Set(['integer', 'rounded', 'zero-inflated', 'tied']);

/** So few whole numbers, each in so many rows in the mean, are classes, grades or small counts: they have probabilities, as 0 and 1 have. */
const [fewValues, rowsEach] = [10, 20];

/** Columns of few whole numbers, and these; not those of which it was said what they are. */
export function fewWholeNumbers({ columns, values, count }: ReadTable): readonly {
  readonly column: Column;
  readonly numbers: readonly number[];
}[] {
  const size = columns.length;
  return columns.flatMap((column, i) => {
    if (column.kind !== 'integer' || column.reason === undefined) return [];
    const found = new Set<number>();
    for (let row = 0; row < count && found.size <= fewValues; row++) {
      const value = values[row * size + i] as number;
      if (!Number.isNaN(value)) found.add(rawNumber(value, column));
    }
    if (found.size > fewValues || found.size * rowsEach > count) return [];
    return [{ column, numbers: [...found].sort((a, b) => a - b) }];
  });
}

/**
 * Whether a table needs the density of mixed rows: it has categories or gaps, columns of few whole numbers, numbers that were said to be whole and the like, or a context was
 * asked for.
 */
export function isMixedTable(
  table: ReadTable,
  {
    kinds = {},
    context,
  }: {
    readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
    readonly context?: readonly string[] | undefined;
  },
): boolean {
  const { columns, values, count } = table;
  if (columns.length > maxCovariances || count < 20) return false;
  const isSaid = ({ name, kind }: Column): boolean => Object.hasOwn(kinds, name) && discrete.has(kind);
  const needs = columns.some((column) => categories.has(column.kind) || isSaid(column));
  return needs || context !== undefined || values.some(Number.isNaN) || fewWholeNumbers(table).length > 0;
}

/** Whether some numbers have a density. Of columns that all have probabilities, rows come again as often as they should. */
export const haveDensity = (columns: readonly Column[], isMixed: boolean): boolean =>
  !isMixed || columns.some(({ step, categories: own }) => step === undefined && !own);

/** A table with gaps as a mixed model takes it: its numbers are all finite. */
export const encoded = <Table extends Dataset<Float32Array>>(table: Table): Table => ({
  ...table,
  values: withMissingCells(table.values),
});

/** Rows cut into what a model has a density of and the columns that it is given, by name. */
export function cutContext(rows: Dataset, names: readonly string[]): ModelRows {
  if (names.length === 0) return rows;
  const { columns = [] } = rows;
  const given = names.map((name) => columns.findIndex((column) => column.name === name));
  const isGiven = new Set(given);
  const others = [...columns.keys()].filter((place) => !isGiven.has(place));
  return { ...takeColumns(rows, others), context: takeColumns(rows, given) };
}

/** Some rows, each with its context. */
export const takeModelRows = ({ context, ...rows }: ModelRows, places: ArrayLike<number>): ModelRows => ({
  ...takeRows(rows, places),
  ...(context && { context: takeRows(context, places) }),
});
