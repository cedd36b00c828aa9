import { type RandomSource, randomSource, type Seed } from '@diffeo/core';
import { drawnOf } from '../mixed/draw-row.ts';

/** Candidates for the gaps of one row, and how likely each is: importance weights, as logarithms. */
export interface Candidates {
  readonly rows: Float32Array[];
  readonly logWeights: number[];
}

/**
 * How many independent draws weighted candidates are worth: (Σw)² / Σw² (Kong 1992). Between 1 and their number; 0 where all are impossible.
 */
export function effectiveSize(logWeights: readonly number[]): number {
  const most = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) return 0;
  let [sum, squares] = [0, 0];
  for (const log of logWeights) {
    const weight = Math.exp(log - most);
    sum += weight;
    squares += weight * weight;
  }
  return (sum * sum) / squares;
}

/** Candidates drawn anew by their weights (sampling, importance resampling: Rubin 1987). */
export function resampled({ rows, logWeights }: Candidates, draws: number, seed: Seed): readonly Float32Array[] {
  const source: RandomSource = randomSource(seed);
  return Array.from({ length: draws }, () => rows[drawnOf(logWeights, source)] as Float32Array);
}
