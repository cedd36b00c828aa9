import { DiffeoError, type Shape, sizeOf } from '@diffeo/core';
import { describeValue } from '@diffeo/core/arguments';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** A data set in memory: `count` samples of one shape, float32, row after row. */
export interface Rows {
  /** All numbers, row-major: row `i` starts at `i` × the size of the event shape. */
  readonly values: Float32Array;
  readonly count: number;
  /** The shape of one row; `[columns]` for a table. */
  readonly eventShape: Shape;
  /** The names of the numbers of a row, where they have names. */
  readonly columns?: readonly string[];
  /** Where they stand in the file that they were read from, counted from 1. */
  readonly numbers?: readonly number[];
  /** What was taken off the numbers of each column: the data are `values` and this. */
  readonly origins?: readonly number[];
}

/** Throws `DATA` for what are no rows. */
export function requireRows(rows: Rows): void {
  const { values, count, eventShape } = (rows ?? {}) as Partial<Rows>;
  const isWhole = values instanceof Float32Array && Array.isArray(eventShape);
  if (isWhole && Number.isInteger(count) && values.length === (count as number) * sizeOf(eventShape)) return;
  throw new DiffeoError(
    'DATA',
    `Rows are { values, count, eventShape }, as parseCsv and rowsFrom give them; got ${describeValue(rows)}. Of plain numbers: rowsFrom(numbers.flat(), { eventShape }).`,
  );
}

/**
 * Rows from plain numbers, row-major. Throws `DATA` when the numbers do not fill whole rows or the column names do not
 * fit the event shape.
 */
export function rowsFrom(
  numbers: ArrayLike<number>,
  { eventShape, columns }: { readonly eventShape: Shape; readonly columns?: readonly string[] },
): Rows {
  const first: unknown = numbers?.[0];
  if (typeof numbers?.length !== 'number' || (first !== undefined && typeof first !== 'number')) {
    const got = typeof numbers?.length === 'number' ? `a list of ${describeValue(first)}` : describeValue(numbers);
    throw new DiffeoError('DATA', `rowsFrom takes numbers, row after row, such as rows.flat(); got ${got}.`);
  }
  const size = sizeOf(eventShape);
  const count = size === 0 ? 0 : numbers.length / size;
  if (!Number.isInteger(count) || (size === 0 && numbers.length > 0)) {
    throw new DiffeoError(
      'DATA',
      `${numbers.length} numbers do not fill whole rows of event shape [${eventShape.join(', ')}], which take ${size} each.`,
    );
  }
  if (columns && columns.length !== size) {
    throw new DiffeoError('DATA', `${columns.length} column names were given for rows of ${size} numbers.`);
  }
  const values = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  return { values, count, eventShape, ...(columns ? { columns } : {}) };
}

/** The rows as a float32 tensor `[count, ...eventShape]`, owned by the caller. */
export function toTensor(rows: Rows): Tensor {
  requireRows(rows);
  return tensor(rows.values, [rows.count, ...rows.eventShape], 'float32');
}

/**
 * A copy of the rows at `indices` (from 0), in that order; an index may come more than once. Throws `DATA` when one is
 * not the index of a row.
 */
export function takeRows(rows: Rows, indices: ArrayLike<number>): Rows {
  requireRows(rows);
  const size = sizeOf(rows.eventShape);
  const values = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!Number.isInteger(index) || index < 0 || index >= rows.count) {
      throw new DiffeoError('DATA', `Row ${index} was asked for; the rows are numbered 0 to ${rows.count - 1}.`);
    }
    values.set(rows.values.subarray(index * size, (index + 1) * size), i * size);
  }
  return { ...rows, values, count: indices.length };
}
