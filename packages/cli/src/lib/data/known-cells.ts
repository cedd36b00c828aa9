import { DiffeoError } from '@diffeo/core';
import { type Column, type CsvOptions, columnNames } from '@diffeo/datasets';
import { readTable, sourceName } from './read-rows.ts';

/** Cells of some columns that are known. */
export interface KnownCells {
  /** `[rows, columns]`: NaN for a gap, and in all rows of a column that the file lacks. */
  readonly values: Float32Array;
  readonly count: number;
  /** Which of the columns the file has. */
  readonly has: readonly boolean[];
}

/** Reads what a file has of the columns of a model, in their order and as the model takes them. Throws `DATA` where it has none of them. */
export async function readKnownCells(
  path: string,
  columns: readonly Column[],
  options: CsvOptions,
): Promise<KnownCells> {
  const read = await readTable(path, { take: 'all', known: columns, codesUnseen: true, missing: 'keep', ...options });
  const names = columnNames(read.columns);
  const places = columns.map(({ name }) => names.indexOf(name));
  if (places.every((place) => place < 0)) {
    throw new DiffeoError(
      'DATA',
      `${sourceName(path)} has no column of the model. It has ${columnNames(columns).slice(0, 20).join(', ')}`,
    );
  }
  const values = new Float32Array(read.count * columns.length);
  for (let row = 0; row < read.count; row++) {
    for (const [i, place] of places.entries()) {
      values[row * columns.length + i] = place < 0 ? Number.NaN : (read.values[row * names.length + place] as number);
    }
  }
  return { values, count: read.count, has: places.map((place) => place >= 0) };
}
