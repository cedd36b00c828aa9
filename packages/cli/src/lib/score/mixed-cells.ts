import { DiffeoError } from '@diffeo/core';
import type { Column } from '@diffeo/datasets';
import { type Conditionals, missingCell } from '@diffeo/tables';
import type { StoredModel } from '../model/read-model.ts';

/** All columns of a mixed model in the order of its rows, those of its context at their places. */
export function mixedColumns({ notes, path }: StoredModel, { context: places, size }: Conditionals): readonly Column[] {
  const { columns, context } = notes;
  if (columns?.length !== size - places.length || (context?.length ?? 0) !== places.length) {
    throw new DiffeoError('FILE', `${path}: its metadata do not name its columns`);
  }
  const all = new Array<Column>(size);
  for (const [i, place] of places.entries()) all[place] = context?.[i] as Column;
  let next = 0;
  for (let at = 0; at < size; at++) all[at] ??= columns[next++] as Column;
  return all;
}

/** Cells as they are written: gaps, rounded numbers as the decimals that they are, others in float32. */
export const shownCells = (cells: Float64Array, columns: readonly Column[]): Float64Array =>
  cells.map((cell, at) => {
    if (cell === missingCell) return Number.NaN;
    return columns[at % columns.length]?.step === undefined ? Math.fround(cell) : cell;
  });
