import { sizeOf } from '@diffeo/core';
import { type Dataset, requireDataset } from './dataset.ts';

/** A copy of the rows with these columns alone, counted from 0, in that order. */
export function takeColumns<Data extends Dataset<Float32Array>>(dataset: Data, columns: readonly number[]): Data {
  requireDataset(dataset);
  const size = sizeOf(dataset.eventShape);
  const values = new Float32Array(dataset.count * columns.length);
  let to = 0;
  for (let row = 0; row < dataset.count; row++) {
    for (const column of columns) values[to++] = dataset.values[row * size + column] as number;
  }
  const { columns: all } = dataset;
  return {
    ...dataset,
    values,
    eventShape: [columns.length],
    ...(all && { columns: columns.map((column) => all[column]) }),
  };
}
