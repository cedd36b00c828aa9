import { DiffeoError, type Shape, sizeOf } from '@diffeo/core';
import { describeValue } from '@diffeo/core/arguments';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Column } from './column.ts';
import type { Numbers } from './numbers.ts';

/** A data set in memory: `count` rows of one shape, and what their numbers mean. Tables, images and points are all of this type. */
export interface Dataset<Values extends Numbers = Numbers> {
  /** All numbers, row-major: row `i` starts at `i` × the size of the event shape. NaN where a table lacks a value. */
  readonly values: Values;
  readonly count: number;
  /** The shape of one row: `[columns]` of a table, `[height, width, channels]` of images. */
  readonly eventShape: Shape;
  /** What each number of a row is, where they differ. */
  readonly columns?: readonly Column[];
  /** The class of each row, from 0, where it is known. */
  readonly labels?: Int32Array;
  /** The names of the classes, where they have names. */
  readonly classes?: readonly string[];
}

/** Throws `DATA` for what is not a data set. */
export function requireDataset(dataset: Dataset): void {
  const { values, count, eventShape } = (dataset ?? {}) as Partial<Dataset>;
  const isWhole = ArrayBuffer.isView(values) && 'length' in values && Array.isArray(eventShape);
  if (isWhole && Number.isInteger(count) && values.length === (count as number) * sizeOf(eventShape as Shape)) return;
  throw new DiffeoError(
    'DATA',
    `A data set is { values, count, eventShape }, as parseCsv and datasetFrom give them; got ${describeValue(dataset)}. Of plain numbers: datasetFrom(numbers.flat(), { eventShape }).`,
  );
}

/**
 * A data set of plain numbers, row-major. Columns are said by their names, or whole. Throws `DATA` when the numbers do not
 * fill whole rows or the columns do not fit the event shape.
 */
export function datasetFrom(
  numbers: ArrayLike<number>,
  { eventShape, columns }: { readonly eventShape: Shape; readonly columns?: readonly (string | Column)[] },
): Dataset<Float32Array> {
  const first: unknown = numbers?.[0];
  if (typeof numbers?.length !== 'number' || (first !== undefined && typeof first !== 'number')) {
    const got = typeof numbers?.length === 'number' ? `a list of ${describeValue(first)}` : describeValue(numbers);
    throw new DiffeoError('DATA', `datasetFrom takes numbers, row after row, such as rows.flat(); got ${got}.`);
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
  const typed = columns?.map(
    (column): Column => (typeof column === 'string' ? { name: column, kind: 'real' } : column),
  );
  return { values, count, eventShape, ...(typed ? { columns: typed } : {}) };
}

/** The rows as a float32 tensor `[count, ...eventShape]`, owned by the caller. */
export function toTensor(dataset: Dataset): Tensor {
  requireDataset(dataset);
  const { values, count, eventShape } = dataset;
  const numbers = values instanceof Float32Array ? values : Float32Array.from(values);
  return tensor(numbers, [count, ...eventShape], 'float32');
}

/**
 * A copy of the rows at `indices` (from 0), in that order, with their labels; an index may come more than once. Throws
 * `DATA` when one is not the index of a row.
 */
export function takeRows<Data extends Dataset>(dataset: Data, indices: ArrayLike<number>): Data {
  requireDataset(dataset);
  const size = sizeOf(dataset.eventShape);
  const { labels: all, values: from } = dataset;
  const values = new (from.constructor as Float32ArrayConstructor)(indices.length * size);
  const labels = all && new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!Number.isInteger(index) || index < 0 || index >= dataset.count) {
      throw new DiffeoError('DATA', `Row ${index} was asked for; the rows are numbered 0 to ${dataset.count - 1}.`);
    }
    values.set(from.subarray(index * size, (index + 1) * size), i * size);
    if (labels) labels[i] = all?.[index] as number;
  }
  return { ...dataset, values, count: indices.length, ...(labels && { labels }) };
}
