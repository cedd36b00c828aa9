import { type Seed, shuffled, sizeOf } from '@diffeo/core';
import { type Dataset, takeRows } from '@diffeo/datasets';
import { type TableRows, withGaps } from '@diffeo/tables';

/** The numbers of a data set as rows, with NaN where a model of mixed rows has its own number for a gap. */
export const tableOf = ({ values, count, eventShape }: Dataset): TableRows => ({
  values: withGaps(values instanceof Float32Array ? values : Float32Array.from(values)),
  count,
  size: sizeOf(eventShape),
});

/** The rows, or so many of them drawn by a seed. */
export const atMost = (rows: Dataset, count: number, seed: Seed): Dataset =>
  rows.count <= count ? rows : takeRows(rows, shuffled(rows.count, seed).subarray(0, count));

/** The first rows of a table. */
export const firstRows = ({ values, count, size }: TableRows, most: number): TableRows => ({
  values: values.subarray(0, most * size),
  count: Math.min(count, most),
  size,
});

/** So many rows of a table at most, at equal steps. */
export const spacedRows = ({ values, count, size }: TableRows, most: number): TableRows => {
  const taken = Math.min(count, most);
  const places = Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
  return {
    values: Float32Array.from(places.flatMap((row) => [...values.subarray(row * size, (row + 1) * size)])),
    count: taken,
    size,
  };
};

/** The columns of a table, each by itself. */
export const columnsOf = ({ values, count, size }: TableRows): readonly Float32Array[] =>
  Array.from({ length: size }, (_, column) =>
    Float32Array.from({ length: count }, (_, row) => values[row * size + column] as number),
  );

const keyOf = ({ values, size }: TableRows, row: number): string =>
  values.subarray(row * size, (row + 1) * size).join();

/** Where rows stand among all, counted from 0, by their numbers; rows that are the same have places of their own. */
export function placesAmong(all: TableRows, rows: TableRows): Int32Array {
  const found = new Map<string, number[]>();
  for (let row = all.count - 1; row >= 0; row--) {
    const key = keyOf(all, row);
    const list = found.get(key);
    if (list) list.push(row);
    else found.set(key, [row]);
  }
  return Int32Array.from({ length: rows.count }, (_, row) => found.get(keyOf(rows, row))?.pop() ?? row);
}
