import { DiffeoError } from '@diffeo/core';
import { rowStatistics } from './row-statistics.ts';

/** How the scores of a flow stand to those of something else on the same rows, nats; above 0 where the flow's are higher. */
export interface ScoreComparison {
  readonly count: number;
  /** The mean difference; −Infinity where one row is impossible for the flow alone. */
  readonly mean: number;
  /** The mean of the differences, each held to ±10 nats, and its standard error: few rows cannot carry it. */
  readonly clipped: { readonly mean: number; readonly standardError: number };
  /**
   * Whether the flow is worse: the clipped mean is behind by more than 2 of its standard errors, or the mean by more than 1
   * nat. The second is for a row that explodes, which inflates the very error that would forgive it.
   */
  readonly worse: boolean;
}

/** Differences of rows are held to so many nats. */
const clip = 10;
/** What float32 rounds off a score: no difference between flows. */
const rounding = 1e-6;

function requireAlike(scores: ArrayLike<number>, baseline: ArrayLike<number>): void {
  if (scores.length !== baseline.length) {
    throw new DiffeoError(
      'SHAPE',
      `compareScores: both lists must be of the same rows; got ${scores.length} scores and ${baseline.length}`,
    );
  }
  if (scores.length === 0) throw new DiffeoError('DATA', 'compareScores: there are no rows to compare');
  for (const [name, list] of [
    ['scores', scores],
    ['baseline', baseline],
  ] as const) {
    const at = Array.prototype.findIndex.call(list, Number.isNaN);
    if (at >= 0) throw new DiffeoError('NOT_FINITE', `compareScores: row ${at} of ${name} is NaN (counted from 0)`);
  }
}

/**
 * Compares the log-likelihoods that a flow gives to rows with those of a baseline, such as `gaussianBaseline`, row by row.
 * Rows that are impossible for both (−Infinity) differ by 0.
 *
 * @throws DiffeoError `SHAPE` for lists of different lengths, `DATA` for empty ones, `NOT_FINITE` for NaN.
 *
 * @example
 * compareScores([-1, -2, -1.5], [-3, -3.5, -3]).worse // false
 */
export function compareScores(scores: ArrayLike<number>, baseline: ArrayLike<number>): ScoreComparison {
  requireAlike(scores, baseline);
  const differences = Float64Array.from(scores, (score, i) => {
    const other = baseline[i] as number;
    return score === other ? 0 : score - other;
  });
  const { mean, count } = rowStatistics(differences);
  const held = rowStatistics(differences.map((difference) => Math.min(clip, Math.max(-clip, difference))));
  const size = Math.abs(rowStatistics(baseline).median);
  const tolerance = rounding * Math.max(1, Number.isFinite(size) ? size : 1);
  const error = count > 1 ? held.standardError : Infinity;
  return {
    count,
    mean,
    clipped: { mean: held.mean, standardError: held.standardError },
    worse: held.mean < -2 * error - tolerance || mean < -1,
  };
}
