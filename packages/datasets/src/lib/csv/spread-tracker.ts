import { DiffeoError } from '@diffeo/core';

/** Follows the columns of a table in float64 and compares their spread with what float32 keeps of it. */
export interface SpreadTracker {
  add(row: Float64Array): void;
  /** Throws `CSV_PRECISION` for a column whose spread is lost in float32. */
  check(): void;
}

/** Rounding may change values by this share of a column's standard deviation. */
const tolerated = 0.01;

/** Running means and variances (Welford 1962), and the mean square of what rounding to float32 changes. */
export function spreadTracker(names: readonly string[], source: string): SpreadTracker {
  const means = new Float64Array(names.length);
  const squares = new Float64Array(names.length);
  const errors = new Float64Array(names.length);
  let count = 0;
  return {
    add(row) {
      count++;
      for (let i = 0; i < row.length; i++) {
        const value = row[i] as number;
        const difference = value - (means[i] as number);
        means[i] = (means[i] as number) + difference / count;
        squares[i] = (squares[i] as number) + difference * (value - (means[i] as number));
        errors[i] = (errors[i] as number) + (value - Math.fround(value)) ** 2;
      }
    },
    check() {
      for (const [i, name] of names.entries()) {
        const spread = squares[i] as number;
        if (spread === 0 || (errors[i] as number) <= tolerated ** 2 * spread) continue;
        const deviation = Math.sqrt(spread / count).toPrecision(3);
        throw new DiffeoError(
          'CSV_PRECISION',
          `${source}, column '${name}': its numbers lie around ${(means[i] as number).toPrecision(10)} with a standard deviation of ${deviation}, a difference that float32 does not keep. Subtract an offset from the column (its mean, say), or give it in another unit.`,
        );
      }
    },
  };
}
