import type { Warning } from '@diffeo/trainer';
import type { ScoredRow } from './score-table.ts';

/** What `diffeo score --json` prints: the mean log-likelihood of the rows, nats, in the units of the data. */
export interface ScoreReport {
  /** The path of the model as it was given. */
  readonly model: string;
  readonly data: string;
  /** `null` when a row's log-likelihood is −Infinity in float32: it lies too far from everything the model knows. */
  readonly mean: number | null;
  /** `null` where the mean is, and for a single row. */
  readonly standardError: number | null;
  readonly median: number | null;
  /** The mean without the lowest and the highest twentieth: what it would be if no few rows carried it. */
  readonly trimmedMean: number | null;
  readonly count: number;
  /** Bits per dimension, where the model dequantizes its data. */
  readonly bitsPerDim?: number | null;
  /** The least likely rows, the least likely first: with `--top` alone. */
  readonly rows?: readonly ScoredRow[];
  /** What is to know of the scores: rows that are impossible, or few that decide the mean. */
  readonly warnings: readonly Warning[];
}
