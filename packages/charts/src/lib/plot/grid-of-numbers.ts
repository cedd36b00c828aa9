import { DiffeoError } from '@diffeo/core';
import type { Domain } from './plane.ts';

/** Numbers on a grid of boxes that fill a rectangle of the plane. */
export interface GridOfNumbers {
  /** One for each box, row after row; the first row is the lowest. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
  /** The rectangle's sides. */
  readonly x: Domain;
  readonly y: Domain;
}

/** Throws `DATA` where there are not as many numbers as boxes, `NOT_FINITE` for one that is not finite. */
export function requireGrid(where: string, { values, columns, rows }: GridOfNumbers): void {
  if (values.length !== columns * rows) {
    throw new DiffeoError(
      'DATA',
      `${where}: ${columns} columns and ${rows} rows take ${columns * rows} numbers; got ${values.length}.`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new DiffeoError('NOT_FINITE', `${where}: number ${i} is ${values[i]}.`);
  }
}
