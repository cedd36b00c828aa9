import { DiffeoError, fold, type RandomSource, randomSource, type Seed } from '@diffeo/core';
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
  const effective = 1 / (1 / rows + 1 / samples);
  const root = Math.sqrt(effective);
  const scaled = (root + 0.12 + 0.11 / root) * distance;
  if (scaled < 0.3) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * scaled) ** 2);
  return Math.min(1, Math.max(0, sum));
}

/** Where a number lies among sorted samples, at random among those that are the same. */
function transformOf(drawn: Float64Array, value: number, source: RandomSource): number {
  const below = rankOf(drawn, value, false);
  const same = rankOf(drawn, value, true) - below;
  return (below + source.uniform() * (same + 1)) / (drawn.length + 1);
}

/** How far transforms of so many samples are from even. */
function calibrationOf(transforms: Float64Array, samples: number): ColumnCalibration {
  const sorted = transforms.slice().sort();
  let distance = 0;
  for (const [i, value] of sorted.entries()) {
    distance = Math.max(distance, value - i / sorted.length, (i + 1) / sorted.length - value);
  }
  const isEmpty = sorted.length === 0 || samples === 0;
  return { transforms, distance, pValue: isEmpty ? 1 : kolmogorovPValue(distance, sorted.length, samples) };
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
    const transforms = present(rows, column).map((value) => transformOf(drawn, value, source));
    return calibrationOf(transforms, drawn.length);
  });
}

/**
 * The same of a conditional model: where each row's numbers lie among draws given the context of that row, of which `draws` has as many for each row, those of the first
 * row first. Numbers of rows whose draws are all gaps are left out.
 *
 * @throws DiffeoError `DATA` where `draws` are not as many for each row.
 */
export function conditionalCalibration(
  rows: TableRows,
  draws: TableRows,
  { seed = 0 }: { readonly seed?: Seed } = {},
): readonly ColumnCalibration[] {
  const each = draws.count / Math.max(1, rows.count);
  if (!(Number.isInteger(each) && each > 0 && draws.size === rows.size)) {
    throw new DiffeoError(
      'DATA',
      `conditionalCalibration takes as many draws for each row; got ${draws.count} of ${draws.size} columns for ${rows.count} rows of ${rows.size}`,
    );
  }
  const part = ({ values, size }: TableRows, begin: number, count: number): TableRows => ({
    values: values.subarray(begin * size, (begin + count) * size),
    ...{ count, size },
  });
  return Array.from({ length: rows.size }, (_, column) => {
    const source = randomSource(fold(seed, column));
    const transforms: number[] = [];
    for (let row = 0; row < rows.count; row++) {
      const drawn = present(part(draws, row * each, each), column).sort();
      const [value] = present(part(rows, row, 1), column);
      if (value !== undefined && drawn.length > 0) transforms.push(transformOf(drawn, value, source));
    }
    // Each transform has draws of its own, and is exactly even if the model is right.
    return calibrationOf(Float64Array.from(transforms), Number.POSITIVE_INFINITY);
  });
}
