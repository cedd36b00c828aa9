/** Rows of numbers on the host. */
export interface HostRows {
  /** Row-major. */
  readonly values: ArrayLike<number>;
  /** Numbers a row. */
  readonly size: number;
  /** The names of the numbers of a row, where they have names. */
  readonly columns?: readonly string[];
}

/** Looking at so many rows is enough to know what columns are like. */
const maxRows = 50_000;

/** The rows to look at: all of a small data set, otherwise so many of them at equal distances. */
export function rowsToLookAt({ values, size }: HostRows): Int32Array {
  const count = size === 0 ? 0 : values.length / size;
  const looked = Math.min(count, maxRows);
  return Int32Array.from({ length: looked }, (_, i) => Math.floor((i * count) / looked));
}

/** One column's numbers in those rows, sorted. */
export const sortedColumn = ({ values, size }: HostRows, column: number, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row * size + column] as number).sort();
