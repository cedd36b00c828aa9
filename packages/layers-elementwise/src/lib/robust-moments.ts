import type { ColumnMoments } from './column-moments.ts';

/** Shares of the rows on each side of a range, with its width for the standard normal: the quartiles first, then wider ones. */
const ranges = [
  [0.25, 1.3489795],
  [0.1, 2.5631031],
  [0.05, 3.2897073],
  [0.01, 4.6526957],
] as const;

/** The number below which a share of sorted numbers lies, between two of them by a straight line. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below] as number, sorted[Math.min(below + 1, sorted.length - 1)] as number];
  return low + (high - low) * (place - below);
}

/** What a normal of the same range between quantiles would deviate by: the narrowest range that has a width, or all of it. */
function robustDeviation(sorted: Float64Array): number {
  for (const [share, width] of ranges) {
    const range = quantile(sorted, 1 - share) - quantile(sorted, share);
    if (range > 0) return range / width;
  }
  return ((sorted.at(-1) as number) - (sorted[0] as number)) / (ranges[3][1] as number);
}

/**
 * Median and spread of each column of row-major numbers, which few rows far away do not move: the range between quartiles over
 * that of the standard normal. Where half of the rows or more share one number, wider ranges are taken. The spread is 0 only
 * for a column that never changes.
 */
export function robustMoments(rows: ArrayLike<number>, size: number): ColumnMoments {
  const count = rows.length / size;
  const sorted = Array.from({ length: size }, (_, column) =>
    Float64Array.from({ length: count }, (_, row) => rows[row * size + column] as number).sort(),
  );
  return {
    mean: Float64Array.from(sorted, (column) => quantile(column, 0.5)),
    deviation: Float64Array.from(sorted, robustDeviation),
  };
}
