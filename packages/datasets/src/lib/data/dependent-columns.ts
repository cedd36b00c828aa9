import { sizeOf } from '@diffeo/core';
import type { Dataset } from './dataset.ts';

/** A column that a linear function of others gives. */
export interface DependentColumn {
  readonly column: number;
  /** The columns that it is a function of. */
  readonly of: readonly number[];
}

/** Covariances are taken of so many rows that this is about the work. */
const maxWork = 2e9;

/** What is left of a variance, as a share, is rounding where it is less than this. */
const tolerated = 1e-12;

/** Half of the last bit of a float32. */
const rounding = 2 ** -24;

/**
 * All columns that are linear functions of columns before them, up to the rounding of float32: with them the data have
 * no density. By a Cholesky factorisation of the covariance, in float64, that passes over them.
 */
export function dependentColumns(rows: Dataset): readonly DependentColumn[] {
  const size = sizeOf(rows.eventShape);
  const count = Math.min(rows.count, Math.max(size + 2, Math.floor(maxWork / size ** 2)));
  const means = columnMeans(rows, count, size);
  const covariance = covarianceOf(rows, means, count, size);
  const factor = new Float64Array(size * size);
  const at = (m: Float64Array, i: number, j: number): number => m[i * size + j] as number;
  const free: number[] = [];
  const found: DependentColumn[] = [];
  for (let i = 0; i < size; i++) {
    let rest = at(covariance, i, i);
    for (const j of free) {
      let sum = at(covariance, i, j);
      for (const k of free) {
        if (k >= j) break;
        sum -= at(factor, i, k) * at(factor, j, k);
      }
      factor[i * size + j] = sum / at(factor, j, j);
      rest -= at(factor, i, j) ** 2;
    }
    if (rest > tolerated * at(covariance, i, i) + (rounding * (means[i] as number)) ** 2) {
      factor[i * size + i] = Math.sqrt(rest);
      free.push(i);
      continue;
    }
    const slopes = slopesOf(factor, i, free, size);
    if (count < rows.count && !fitsAll(rows, means, i, slopes, at(covariance, i, i))) {
      // Only the first rows are dependent.
      factor[i * size + i] = Number.POSITIVE_INFINITY;
      continue;
    }
    const weight = (j: number): number => Math.abs(slopes.get(j) as number) * Math.sqrt(at(covariance, j, j));
    const enough = 1e-4 * Math.sqrt(at(covariance, i, i));
    found.push({ column: i, of: free.filter((j) => weight(j) > enough) });
  }
  return found;
}

function columnMeans({ values }: Dataset, count: number, size: number): Float64Array {
  const means = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) means[i] = (means[i] as number) + (values[row * size + i] as number) / count;
  }
  return means;
}

/** The lower half of the covariance. */
function covarianceOf({ values }: Dataset, means: Float64Array, count: number, size: number): Float64Array {
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) centred[i] = (values[row * size + i] as number) - (means[i] as number);
    for (let i = 0; i < size; i++) {
      const scaled = (centred[i] as number) / count;
      for (let j = 0; j <= i; j++)
        covariance[i * size + j] = (covariance[i * size + j] as number) + scaled * (centred[j] as number);
    }
  }
  return covariance;
}

/** How a column depends on the free ones: back substitution in the factor. */
function slopesOf(factor: Float64Array, column: number, free: readonly number[], size: number): Map<number, number> {
  const slopes = new Map<number, number>();
  for (let n = free.length - 1; n >= 0; n--) {
    const j = free[n] as number;
    let sum = factor[column * size + j] as number;
    for (const [k, slope] of slopes) sum -= slope * (factor[k * size + j] as number);
    slopes.set(j, sum / (factor[j * size + j] as number));
  }
  return slopes;
}

/** Whether the function gives the column in every row. */
function fitsAll(
  { values, count }: Dataset,
  means: Float64Array,
  column: number,
  slopes: ReadonlyMap<number, number>,
  variance: number,
): boolean {
  const size = means.length;
  const largest = 1e-5 * Math.sqrt(variance) + 4 * rounding * Math.abs(means[column] as number);
  for (let row = 0; row < count; row++) {
    const centred = (i: number): number => (values[row * size + i] as number) - (means[i] as number);
    let rest = centred(column);
    for (const [j, slope] of slopes) rest -= slope * centred(j);
    if (Math.abs(rest) > largest) return false;
  }
  return true;
}
