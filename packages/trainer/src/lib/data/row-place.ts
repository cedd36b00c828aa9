import type { Tensor } from '@tensorflow/tfjs-core';
import { disposeDataset, gatherRows, rowsOf, sliceRows, type TensorDataset } from './tensor-dataset.ts';

/** The row of a dataset that is to blame for what went wrong, and the number in it, where that can be told: for programs. */
export interface RowPlace {
  /** Whose row: `the training data`, `the validation data` or `the data`. */
  readonly data: string;
  /** The row, counted from 0. */
  readonly row: number;
  /** The number's place in the row, counted from 0: the column of a table. `null` where none can be told. */
  readonly column: number | null;
  readonly value: number | null;
  /** Whether that is a number of the context. */
  readonly inContext: boolean;
}

/** Rows of a dataset that a caller gave. */
export interface NumberedRows {
  readonly dataset: TensorDataset;
  /** What the caller's data are called. */
  readonly data: string;
  /** The number that each row has there; `null` where these are all rows in their order. */
  readonly numbers: Int32Array | null;
}

/** From so many rows one learns what is usual. */
const referenceRows = 1000;
/** In larger rows no number stands out as the one to blame. */
const maxColumns = 4096;
/** What lies so many interquartile ranges away from the median is to blame. */
const farAway = 10;

const quantile = (sorted: Float64Array, at: number): number => sorted[Math.floor(at * (sorted.length - 1))] as number;

/** The number in one row of a tensor that lies farthest from what is usual in its column, in interquartile ranges. */
async function farthest(row: Tensor, reference: Tensor) {
  const values = await row.data();
  const usual = await reference.data();
  const [size, count] = [values.length, reference.shape[0] as number];
  let found = { column: -1, distance: 0, value: 0 };
  for (let column = 0; column < size; column++) {
    const sorted = Float64Array.from({ length: count }, (_, i) => usual[i * size + column] as number).sort();
    const median = quantile(sorted, 0.5);
    const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    const value = values[column] as number;
    const distance = value === median ? 0 : Math.abs(value - median) / Math.max(spread, 1e-6 * Math.abs(median), 1e-30);
    if (distance > found.distance || Number.isNaN(distance)) found = { column, distance, value };
  }
  return found;
}

/** Where a row stands among the caller's, and which of its numbers lies far from what is usual in the reference. */
export async function placeOf(rows: NumberedRows, row: number, reference: TensorDataset): Promise<RowPlace> {
  const place = { data: rows.data, row: rows.numbers?.[row] ?? row };
  const unknown = { ...place, column: null, value: null, inContext: false };
  if (rows.dataset.x.size / rowsOf(rows.dataset) > maxColumns) return unknown;
  const count = Math.min(referenceRows, rowsOf(reference));
  const own = sliceRows(rows.dataset, row, 1);
  const usual = gatherRows(
    reference,
    Int32Array.from({ length: count }, (_, i) => Math.floor((i * rowsOf(reference)) / count)),
  );
  try {
    const inData = await farthest(own.x, usual.x);
    const inContext = own.context && usual.context ? await farthest(own.context, usual.context) : null;
    const isContext = inContext !== null && inContext.distance > inData.distance;
    const { column, distance, value } = isContext ? inContext : inData;
    return distance > farAway ? { ...place, column, value, inContext: isContext } : unknown;
  } finally {
    disposeDataset(own);
    disposeDataset(usual);
  }
}

/** A place in words, for the end of a sentence. `rank`: that of the tensor, whose numbers have columns if it is 2. */
export function describePlace({ data, row, column, value, inContext }: RowPlace, rank: number): string {
  if (column === null) return `row ${row} of ${data} (counted from 0)`;
  const where = `${rank === 2 ? 'in column' : 'at position'} ${column}${inContext ? ' of its context' : ''}`;
  return `row ${row} of ${data}, which holds ${value} ${where} (both counted from 0)`;
}

/** The rows that hold the least or the greatest number of a column: if any row is too far out for a flow, one of them is. */
export async function extremeRows({ x }: TensorDataset): Promise<Int32Array> {
  const values = await x.data();
  const rows = x.shape[0] as number;
  const size = values.length / rows;
  const [least, most] = [new Int32Array(size), new Int32Array(size)];
  for (let row = 1; row < rows; row++) {
    for (let column = 0; column < size; column++) {
      const value = values[row * size + column] as number;
      if (value < (values[(least[column] as number) * size + column] as number)) least[column] = row;
      if (value > (values[(most[column] as number) * size + column] as number)) most[column] = row;
    }
  }
  return Int32Array.from(new Set([...least, ...most])).sort();
}
