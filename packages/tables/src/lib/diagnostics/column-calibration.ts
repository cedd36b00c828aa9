import { fold, randomSource, type Seed } from '@diffeo/core';
import type { TableRows } from '../table-rows.ts';

/** How a column of rows lies among a model's samples of it. */
export interface ColumnCalibration {
  /** The probability integral transform of each row that has a number there: uniform on 0 to 1 if the model's margin is right. */
  readonly transforms: Float64Array;
  /** The greatest distance of their distribution function from the diagonal (Kolmogorov and Smirnov). */
  readonly distance: number;
  /** How likely so great a distance is if the margin is right. */
  readonly pValue: number;
}

/** The numbers of a column, without gaps. */
function present({ values, count, size }: TableRows, column: number): Float64Array {
  const found: number[] = [];
  for (let row = 0; row < count; row++) {
    const value = values[row * size + column] as number;
    if (!Number.isNaN(value)) found.push(value);
  }
  return Float64Array.from(found);
}

/** How many of sorted numbers are below a number, or not above it. */
function rankOf(sorted: Float64Array, value: number, isInclusive: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] as number;
    if (at < value || (isInclusive && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Kolmogorov's limit of the distribution of the distance, with Stephens' correction for few rows (1970). */
function kolmogorovPValue(distance: number, rows: number, samples: number): number {
  const effective = (rows * samples) / (rows + samples);
  const root = Math.sqrt(effective);
  const scaled = (root + 0.12 + 0.11 / root) * distance;
  if (scaled < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * scaled) ** 2);
  return Math.min(1, Math.max(0, sum));
}

/**
 * Whether each column is spread as the model says: where its numbers lie among those of samples, as shares of them that are below
 * (Dawid 1984). A number that samples have too is put at random, by `seed`, among those that are the same, so that whole numbers and
 * categories are uniform too. Gaps (NaN) are left out.
 */
export function columnCalibration(
  rows: TableRows,
  samples: TableRows,
  { seed = 0 }: { readonly seed?: Seed } = {},
): readonly ColumnCalibration[] {
  return Array.from({ length: rows.size }, (_, column) => {
    const drawn = present(samples, column).sort();
    const source = randomSource(fold(seed, column));
    const transforms = present(rows, column).map((value) => {
      const below = rankOf(drawn, value, false);
      const same = rankOf(drawn, value, true) - below;
      return (below + source.uniform() * (same + 1)) / (drawn.length + 1);
    });
    const sorted = transforms.slice().sort();
    let distance = 0;
    for (const [i, value] of sorted.entries()) {
      distance = Math.max(distance, value - i / sorted.length, (i + 1) / sorted.length - value);
    }
    const isEmpty = sorted.length === 0 || drawn.length === 0;
    return { transforms, distance, pValue: isEmpty ? 1 : kolmogorovPValue(distance, sorted.length, drawn.length) };
  });
}
