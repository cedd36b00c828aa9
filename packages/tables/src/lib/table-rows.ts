import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tensor2d } from '@tensorflow/tfjs-core';

/** The rows of a table of numbers: `count × size` values, row after row. */
export interface TableRows {
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** Some rows of a table. */
export function rowsAt({ values, size }: TableRows, places: Int32Array): TableRows {
  const own = new Float32Array(places.length * size);
  for (const [i, place] of places.entries()) own.set(values.subarray(place * size, (place + 1) * size), i * size);
  return { values: own, count: places.length, size };
}

/** Rows as a tensor, to be disposed by the caller. */
export const tensorOf = ({ values, count, size }: TableRows): Tensor2D => tensor2d(values, [count, size]);
