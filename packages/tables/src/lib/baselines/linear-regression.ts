import { logNormalDensity } from '@diffeo/ops';
import { logNormalCell } from '../mixed/normal-cell.ts';
import { covarianceFactor } from '../mixture/covariance-factor.ts';

/** What is known of a column that predicts. */
interface PredictorColumn {
  /** Its numbers stand for these. */
  readonly categories?: readonly string[];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);

/**
 * Predictors of a row of some columns: 1, numbers by their distance from the mean of these rows in deviations, and a 1 for each category but the first and for a gap, which is NaN.
 */
export function linearPredictors(
  columns: readonly PredictorColumn[],
  rows: readonly (readonly number[])[],
): (row: readonly number[]) => number[] {
  const facts = columns.map((_, i) => {
    const known = rows.map((row) => row[i] as number).filter((value) => !Number.isNaN(value));
    const middle = mean(known);
    const spread = Math.sqrt(mean(known.map((value) => (value - middle) ** 2))) || 1;
    return { middle, spread, hasGaps: known.length < rows.length };
  });
  return (row) => [
    1,
    ...columns.flatMap(({ categories }, i) => {
      const value = row[i] as number;
      const { middle, spread, hasGaps } = facts[i] as (typeof facts)[number];
      const gap = hasGaps ? [Number(Number.isNaN(value))] : [];
      if (categories) return [...categories.slice(1).map((_, code) => Number(value === code + 1)), ...gap];
      return [Number.isNaN(value) ? 0 : (value - middle) / spread, ...gap];
    }),
  ];
}

/** Linear regression with normal errors, by least squares. `rows` are lists of predictors, the first of which is 1. */
export function linearRegression(rows: readonly (readonly number[])[], y: readonly number[]) {
  const [count, size] = [rows.length, rows[0]?.length ?? 0];
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (const [row, x] of rows.entries()) {
    for (let i = 0; i < size; i++) {
      right[i] = (right[i] as number) + (x[i] as number) * (y[row] as number);
      for (let j = 0; j < size; j++)
        gram[i * size + j] = (gram[i * size + j] as number) + (x[i] as number) * (x[j] as number);
    }
  }
  for (let i = 0; i < size; i++) gram[i * size + i] = (gram[i * size + i] as number) + 1e-6 * count;
  const factor = covarianceFactor(gram, size);
  const half = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = right[i] as number;
    for (let j = 0; j < i; j++) sum -= (factor[i * size + j] as number) * (half[j] as number);
    half[i] = sum / (factor[i * size + i] as number);
  }
  const weights = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let sum = half[i] as number;
    for (let j = i + 1; j < size; j++) sum -= (factor[j * size + i] as number) * (weights[j] as number);
    weights[i] = sum / (factor[i * size + i] as number);
  }
  const meanOf = (x: readonly number[]): number => x.reduce((sum, one, i) => sum + one * (weights[i] as number), 0);
  const squares = rows.reduce((sum, x, row) => sum + ((y[row] as number) - meanOf(x)) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, count - size));
  return {
    /** The log-density of a number given its predictors, or the log-probability of its cell where it is rounded to `step`. */
    logProb: (x: readonly number[], value: number, step: number | undefined): number => {
      const z = (value - meanOf(x)) / deviation;
      if (step === undefined) return logNormalDensity(z) - Math.log(deviation);
      const reach = step / 2 / deviation;
      return logNormalCell(z - reach, z + reach);
    },
  };
}
