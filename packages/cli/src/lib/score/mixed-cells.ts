import { DiffeoError } from '@diffeo/core';
import type { Column, Dataset } from '@diffeo/datasets';
import { type Conditionals, conditionals, missingCell, wholeRows } from '@diffeo/tables';
import type { StoredModel } from '../model/read-model.ts';
import type { ModelRows } from '../tables/mixed-data.ts';

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

/** Rows of a conditional model of a mixed table with their context at its places: as its table was read. */
export function joinContext(stored: StoredModel, { context, ...rows }: ModelRows): Dataset<Float32Array> {
  const mixed = conditionals(stored.model, stored.params);
  const columns = mixedColumns(stored, mixed);
  const { rows: cells } = wholeRows(columns.length, mixed.context, rows.values, context?.values ?? null, rows.count);
  return { values: Float32Array.from(cells), count: rows.count, eventShape: [columns.length], columns };
}

/** Cells as they are written: gaps, rounded numbers as the decimals that they are, others in float32. */
export const shownCells = (cells: Float64Array, columns: readonly Column[]): Float64Array =>
  cells.map((cell, at) => {
    if (cell === missingCell) return Number.NaN;
    return columns[at % columns.length]?.step === undefined ? Math.fround(cell) : cell;
  });
