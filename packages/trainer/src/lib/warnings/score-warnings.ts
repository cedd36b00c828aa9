import { compareScores } from '../scores/compare-scores.ts';
import { rowStatistics } from '../scores/row-statistics.ts';
import type { Warning } from './warning.ts';

/** At most this share of the rows is few. */
const fewShare = 0.02;
/** How far few rows may move the mean, nats. */
const maxMoved = 1;
const shownRows = 3;

const nats = (value: number): string => (Math.abs(value) < 1e4 ? value.toFixed(2) : value.toPrecision(3));

/** What is known of the scored rows. */
export interface ScoredRows {
  /** How the rows are called where they are named. Default `row 1`, `row 2` …, counted from 1. */
  readonly nameOf?: (row: number) => string;
}

const defaultName = (row: number): string => `row ${row + 1}`;

/** The rows with the lowest scores, so few of them as move the mean by more than it may be moved; none where no few rows do. */
function decidingRows(scores: ArrayLike<number>): readonly number[] {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  const finite = order.filter((row) => Number.isFinite(scores[row]));
  const few = Math.max(1, Math.floor(fewShare * scores.length));
  if (finite.length <= 2 * few) return [];
  const median = scores[finite[finite.length >> 1] as number] as number;
  // How far each row lies below the middle, as a part of the mean.
  const drags = [...finite.subarray(0, few)].map((row) => (median - (scores[row] as number)) / finite.length);
  const least = drags[0] as number;
  if (drags.reduce((a, b) => a + b, 0) < maxMoved) return [];
  return [...finite.subarray(0, few)].filter((_, i) => (drags[i] as number) >= least / 20);
}

/**
 * What the scores of rows that a flow was not trained on give reason to say: that single rows are impossible for it, and that
 * few of them decide what the mean is.
 */
export function scoreWarnings(
  scores: ArrayLike<number>,
  { nameOf = defaultName }: ScoredRows = {},
): readonly Warning[] {
  const warnings: Warning[] = [];
  const listed = (rows: readonly number[]): string => {
    const more = rows.length - shownRows;
    return rows.slice(0, shownRows).map(nameOf).join(', ') + (more > 0 ? ` and ${more} more` : '');
  };
  const impossible = Array.from(scores, (score, row) => (score === -Infinity ? row : -1)).filter((row) => row >= 0);
  const statistics = rowStatistics(scores);
  if (impossible.length > 0) {
    warnings.push({
      code: 'IMPOSSIBLE_ROWS',
      rows: impossible,
      message: `${impossible.length} of ${statistics.count.toLocaleString('en')} rows have a log-likelihood of −Infinity (${listed(impossible)}): they lie too far from the training rows. The mean is −Infinity with them, and the median ${nats(statistics.median)}.`,
    });
  }
  const rows = decidingRows(scores);
  if (rows.length > 0) {
    const [count, verb] = rows.length === 1 ? ['one row', 'decides'] : [`${rows.length} rows`, 'decide'];
    warnings.push({
      code: 'FEW_ROWS_DECIDE',
      rows,
      message: `${count} of ${statistics.count.toLocaleString('en')} ${verb} what the mean log-likelihood is (${listed(rows)}): the mean is ${nats(statistics.mean)}, the median ${nats(statistics.median)}, and the mean without the lowest and the highest twentieth ${nats(statistics.trimmedMean)}.`,
    });
  }
  return warnings;
}

/** A word where a flow is worse than the Gaussian on rows that neither was fitted to. */
export function baselineWarnings(scores: ArrayLike<number>, gaussian: ArrayLike<number>): readonly Warning[] {
  const { worse, mean, clipped } = compareScores(scores, gaussian);
  if (!worse) return [];
  const found =
    mean < -1
      ? `by ${nats(-mean)} nats in the mean`
      : `by ${nats(-clipped.mean)} ± ${nats(clipped.standardError)} nats in the mean, differences of rows held to ±10`;
  return [
    {
      code: 'BEHIND_GAUSSIAN',
      message: `the flow is worse than a Gaussian of full covariance on the held-out rows, ${found}. Do not use it as it is: train on more rows or fewer columns, with a lower learning rate or smaller networks.`,
    },
  ];
}
