/** The value below which a share of the values lies, interpolated linearly. NaN where there are no values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (at - Math.floor(at)) * (above - below);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The arithmetic mean. NaN where there are no values. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A median with the quartiles around it. */
export interface Spread {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  lower: quantile(values, 0.25),
  median: median(values),
  upper: quantile(values, 0.75),
});
