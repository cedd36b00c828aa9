import { sizeOf } from '@diffeo/core';
import { type Rows, requireRows } from './rows.ts';

/** A copy of the rows with these columns alone, counted from 0, in that order. */
export function takeColumns<Data extends Rows>(rows: Data, columns: readonly number[]): Data {
  requireRows(rows);
  const size = sizeOf(rows.eventShape);
  const values = new Float32Array(rows.count * columns.length);
  let to = 0;
  for (let row = 0; row < rows.count; row++) {
    for (const column of columns) values[to++] = rows.values[row * size + column] as number;
  }
  const { columns: names, numbers, origins } = rows;
  return {
    ...rows,
    values,
    eventShape: [columns.length],
    ...(names && { columns: columns.map((column) => names[column] as string) }),
    ...(origins && { origins: columns.map((column) => origins[column] as number) }),
    ...(numbers && { numbers: columns.map((column) => numbers[column] as number) }),
  };
}
