import { randomSource } from '@diffeo/core';

/** Columns of rows that were drawn from all that came, each as likely as any other. */
export interface RowReservoir {
  /** Takes in rows, row after row. */
  add(rows: ArrayLike<number>): void;
  /** How many rows came. */
  count(): number;
  /** What is kept of each column, sorted. */
  sorted(): Float64Array[];
}

/**
 * Keeps `limit` rows of however many come, in one pass: all of them while they are fewer, and then each new one in the place of a random
 * one, with the probability limit / count (Vitter 1985, algorithm R). The same rows give the same sample.
 */
export function rowReservoir(size: number, limit: number): RowReservoir {
  const kept: number[] = [];
  const source = randomSource(1);
  let count = 0;
  return {
    add(rows) {
      for (let at = 0; at + size <= rows.length; at += size) {
        const place = count < limit ? count : source.integer(count + 1);
        count++;
        if (place >= limit) continue;
        for (let i = 0; i < size; i++) kept[place * size + i] = rows[at + i] as number;
      }
    },
    count: () => count,
    sorted: () =>
      Array.from({ length: size }, (_, column) =>
        Float64Array.from({ length: kept.length / size }, (_, row) => kept[row * size + column] as number).sort(),
      ),
  };
}
