/** What a list of numbers, such as the scores of rows, says of the whole: the same in whatever order the numbers come. */
export interface RowStatistics {
  readonly count: number;
  /** −Infinity where one row's score is. NaN for no numbers, or where one of them is NaN. */
  readonly mean: number;
  /** The standard deviation of the mean, as estimated from the spread; NaN for fewer than two numbers, or an infinite one. */
  readonly standardError: number;
  readonly median: number;
  /** The mean without the lowest and the highest twentieth: what it would be if no few rows carried it. */
  readonly trimmedMean: number;
}

/** The share that a trimmed mean leaves out on each side. */
const trimmed = 1 / 20;

/** Numbers in order, in float64: sums over them do not depend on the order in which they came. NaN comes last. */
const sortedCopy = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/** The mean of sorted numbers and the sum of squares around it (Welford 1962, which loses no small spread around a large mean). */
function moments(sorted: Float64Array): { readonly mean: number; readonly squares: number } {
  const [least = Number.NaN, most = Number.NaN] = [sorted[0], sorted.at(-1)];
  // An infinite mean, and none of infinities of both signs.
  if (!(Number.isFinite(least) && Number.isFinite(most))) return { mean: least + most, squares: Number.NaN };
  let mean = 0;
  let squares = 0;
  for (const [i, value] of sorted.entries()) {
    const difference = value - mean;
    mean += difference / (i + 1);
    squares += difference * (value - mean);
  }
  return { mean, squares };
}

/**
 * The mean of the numbers in float64, as {@link RowStatistics} has it; with weights, each by its own: such as of the scores of
 * rows that do not count alike.
 */
export function meanOf(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  if (!weights) return moments(sortedCopy(values)).mean;
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i] as number;
    // What does not count may be infinite.
    if (weight !== 0) sum += weight * (values[i] as number);
    total += weight;
  }
  return sum / total;
}

/**
 * Mean, standard error, median and trimmed mean of scores, one for each row, in float64.
 *
 * @example
 * rowStatistics([1, 2, 3, -Infinity]).median // 1.5
 */
export function rowStatistics(scores: ArrayLike<number>): RowStatistics {
  const sorted = sortedCopy(scores);
  const count = sorted.length;
  const last = sorted.at(-1) ?? Number.NaN;
  if (Number.isNaN(last)) return { count, mean: last, standardError: last, median: last, trimmedMean: last };
  const { mean, squares } = moments(sorted);
  const below = Math.floor((count - 1) / 2);
  const leftOut = Math.min(Math.ceil(trimmed * count), below);
  return {
    count,
    mean,
    standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : Number.NaN,
    median: ((sorted[below] as number) + (sorted[Math.floor(count / 2)] as number)) / 2,
    trimmedMean: moments(sorted.subarray(leftOut, count - leftOut)).mean,
  };
}
