import { rowStatistics } from '../scores/row-statistics.ts';
import type { HostRows } from './host-rows.ts';
import type { Warning } from './warning.ts';

/** Fewer rows than this of either kind tell nothing. */
const leastRows = 5;
/** How far rows that were seen may move the mean, nats. */
const maxMoved = 1;

const keyOf = ({ values, size }: HostRows, row: number): string =>
  Array.from({ length: size }, (_, column) => values[row * size + column]).join();

/**
 * A word where rows that come again carry the likelihood: held-out rows that are, number for number, also among those that were trained on. A density can be as great as
 * it likes there, and says little of rows that are new.
 */
export function seenRowWarnings(scores: ArrayLike<number>, heldOut: HostRows, trained: HostRows): readonly Warning[] {
  const rows = Array.from({ length: scores.length }, (_, row) => row);
  // Of the rows that were trained on, which may be millions, only what is held out as well is kept.
  const keys = rows.map((row) => keyOf(heldOut, row));
  const unseen = new Set(keys);
  const count = trained.values.length / trained.size;
  for (let row = 0; row < count && unseen.size > 0; row++) unseen.delete(keyOf(trained, row));
  const seen = rows.filter((row) => !unseen.has(keys[row] as string));
  const isSeen = new Set(seen);
  const others = rows.filter((row) => !isSeen.has(row));
  if (seen.length < leastRows || others.length < leastRows) return [];
  const meanOf = (of: readonly number[]): number =>
    rowStatistics(Float64Array.from(of, (row) => scores[row] as number)).mean;
  const [all, fresh] = [meanOf(rows), meanOf(others)];
  if (!(all - fresh > maxMoved)) return [];
  return [
    {
      code: 'SEEN_ROWS',
      rows: seen,
      message: `rows that come again carry the likelihood: ${seen.length.toLocaleString('en')} of the ${rows.length.toLocaleString('en')} held-out rows are also among those trained on, number for number. The mean log-likelihood is ${all.toFixed(2)} with them and ${fresh.toFixed(2)} without them, which is what to expect of new rows. Leave repetitions out if the rows should be independent.`,
    },
  ];
}
