import { sizeOf } from '@diffeo/core';
import type { Dataset } from './dataset.ts';

/** The columns, counted from 0, that hold one number only. */
export function constantColumns({ values, eventShape }: Dataset): readonly number[] {
  const size = sizeOf(eventShape);
  const isConstant = new Uint8Array(size).fill(1);
  let left = size;
  for (let at = size, column = 0; at < values.length && left > 0; at++) {
    if (isConstant[column] === 1 && values[at] !== values[column]) {
      isConstant[column] = 0;
      left--;
    }
    column = column + 1 === size ? 0 : column + 1;
  }
  return [...isConstant.keys()].filter((column) => isConstant[column] === 1);
}
