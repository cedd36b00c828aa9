import { DiffeoError, sizeOf } from '@diffeo/core';
import { type Dataset, requireDataset } from './dataset.ts';

/**
 * A copy of the rows with the columns at `places` alone (from 0), in that order. Throws `DATA` when one is not the place of a column.
 */
export function takeColumns<Data extends Dataset>(dataset: Data, places: readonly number[]): Data {
  requireDataset(dataset);
  const { count, values: from, columns: all } = dataset;
  const size = sizeOf(dataset.eventShape);
  const wrong = places.find((place) => !(Number.isInteger(place) && place >= 0 && place < size));
  if (wrong !== undefined) {
    throw new DiffeoError('DATA', `Column ${wrong} was asked for; the columns are numbered 0 to ${size - 1}.`);
  }
  const values = new (from.constructor as Float32ArrayConstructor)(count * places.length);
  let to = 0;
  for (let row = 0; row < count; row++) {
    for (const place of places) values[to++] = from[row * size + place] as number;
  }
  return {
    ...dataset,
    values,
    eventShape: [places.length],
    ...(all && { columns: places.map((place) => all[place]) }),
  };
}
