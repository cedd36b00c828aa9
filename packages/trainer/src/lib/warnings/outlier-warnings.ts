import { type HostRows, rowsToLookAt, sortedColumn } from './host-rows.ts';
import { columnList, type Warning } from './warning.ts';

const leastRows = 20;
/** How many times wider than the middle of a column its standard deviation may be before the rest counts as pressed together. */
const maxStretch = 30;
/** Quartiles, then wider ranges where those are one number, each with the width that it has in a standard normal. */
const ranges = [
  [0.25, 1.349],
  [0.1, 2.563],
  [0.05, 3.29],
] as const;

/** What is far out in one column. */
export interface Outlier {
  readonly column: number;
  /** The row that lies farthest from the middle. */
  readonly row: number;
  readonly value: number;
  readonly median: number;
  /** How many times the standard deviation is that of the middle. */
  readonly stretch: number;
}

function outlierOf(rows: HostRows, column: number, looked: Int32Array): Outlier | null {
  const sorted = sortedColumn(rows, column, looked);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  const found = ranges.map(([share, width]) => (at(1 - share) - at(share)) / width).find((width) => width > 0);
  if (found === undefined) return null;
  const median = at(0.5);
  const count = rows.values.length / rows.size;
  let [squares, row, distance] = [0, 0, -1];
  for (let i = 0; i < count; i++) {
    const away = Math.abs((rows.values[i * rows.size + column] as number) - median);
    squares += (away / found) ** 2;
    if (away > distance) [row, distance] = [i, away];
  }
  const stretch = Math.sqrt(squares / count);
  const value = rows.values[row * rows.size + column] as number;
  return stretch > maxStretch ? { column, row, value, median, stretch } : null;
}

/** Columns of which few numbers lie so far out that mean and standard deviation are theirs, and the rest is pressed together. */
export function outliers(rows: HostRows): readonly Outlier[] {
  const looked = rowsToLookAt(rows);
  if (looked.length < leastRows) return [];
  return Array.from({ length: rows.size }, (_, column) => outlierOf(rows, column, looked)).filter(
    (found) => found !== null,
  );
}

/** A word on {@link outliers}. */
export function outlierWarnings(rows: HostRows): readonly Warning[] {
  const found = outliers(rows);
  if (found.length === 0) return [];
  const note = (column: number): string => {
    const { row, value, median } = found.find((each) => each.column === column) as Outlier;
    return ` (row ${row + 1} has ${value}, the median is ${median})`;
  };
  const columns = found.map(({ column }) => column);
  return [
    {
      code: 'OUTLIER',
      columns,
      rows: [...new Set(found.map(({ row }) => row))],
      message: `${columnList(columns, rows.columns, note)}: few numbers lie so far out that all others are pressed together beside them. Leave those rows out if they are mistakes or stand for missing values, or take the logarithm of the column.`,
    },
  ];
}
