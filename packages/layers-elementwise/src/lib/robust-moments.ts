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

/** Where each column of rows lies and how far it spreads, whatever a few rows far away do. */
export interface RobustMoments {
  /** Takes in rows, row after row. */
  add(rows: ArrayLike<number>): void;
  /** The median of each column. */
  median(): Float64Array;
  /**
   * The range between quartiles over that of the standard normal; where half of the rows or more share one number, a wider range is
   * taken. 0 only for a column that never changes among the rows that are kept.
   */
  deviation(): Float64Array;
}

/**
 * Median and spread of each column of rows that come chunk by chunk. At most `limit` rows are kept: of more, every second one, every
 * fourth, and so on, so that quantiles are those of rows from everywhere.
 */
export function robustMoments(size: number, limit = 2 ** 18): RobustMoments {
  let kept: number[] = [];
  let [seen, stride] = [0, 1];
  const sorted = (): Float64Array[] =>
    Array.from({ length: size }, (_, column) =>
      Float64Array.from({ length: kept.length / size }, (_, row) => kept[row * size + column] as number).sort(),
    );
  return {
    add(rows) {
      for (let at = 0; at + size <= rows.length; at += size) {
        if (seen++ % stride !== 0) continue;
        for (let i = 0; i < size; i++) kept.push(rows[at + i] as number);
        if (kept.length < 2 * limit * size) continue;
        kept = kept.filter((_, place) => Math.floor(place / size) % 2 === 0);
        stride *= 2;
      }
    },
    median: () => Float64Array.from(sorted(), (column) => quantile(column, 0.5)),
    deviation: () => Float64Array.from(sorted(), robustDeviation),
  };
}
