/** A mean with its standard error, and of how many numbers. */
export interface MeanAndError {
  readonly mean: number;
  /** The standard deviation of the mean, as estimated from the spread; NaN for fewer than two numbers. */
  readonly standardError: number;
  readonly count: number;
}

/** The mean of the numbers in float64 (Welford 1962). */
export function meanAndError(values: ArrayLike<number>): MeanAndError {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const difference = value - mean;
    mean += difference / (i + 1);
    squares += difference * (value - mean);
  }
  const count = values.length;
  return { mean, standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : Number.NaN, count };
}
