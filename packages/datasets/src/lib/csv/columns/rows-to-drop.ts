import type { ReadColumns } from './read-columns.ts';

/** Columns to leave out so that enough rows are complete in the others. */
export interface DropPlan {
  readonly exclude: readonly number[];
  /** How many rows have a number in each of the other columns. */
  readonly complete: number;
}

/** Columns that lack more than this share of their values are left out, rather than rows. */
const shares = [1, 0.5, 0.2, 0.05, 0];

/** How many rows have a number in each of the columns. */
export function countComplete({ blocks, at, troubles }: ReadColumns, columns: readonly number[]): number {
  if (columns.every((i) => troubles.of(i) === undefined)) return blocks.count;
  let count = 0;
  for (const [rows] of blocks.parts()) {
    for (let row = 0; row < rows.length; row += at.length) {
      if (columns.every((i) => !Number.isNaN(rows[row + i] as number))) count++;
    }
  }
  return count;
}

/** Which values of a table are missing. */
export interface Gaps {
  /** Of rows. */
  readonly count: number;
  /** How many values a column lacks. */
  lacking(column: number): number;
  /** How many rows have a value in each of the columns. */
  complete(columns: readonly number[]): number;
}

/** The gaps of what was read. */
export const gapsOf = (read: ReadColumns): Gaps => ({
  count: read.blocks.added,
  lacking(i) {
    const { missing = 0, texts = 0, infinite = 0 } = read.troubles.of(i) ?? {};
    return missing + texts + infinite;
  },
  complete: (columns) =>
    Math.round((countComplete(read, columns) * read.blocks.added) / Math.max(1, read.blocks.count)),
});

/** The fewest columns to leave out, those that lack most, so that half of the rows are complete, and enough to learn from. */
export function rowsToDrop({ count, lacking, complete: countRows }: Gaps, kept: readonly number[]): DropPlan {
  const troubled = kept.filter((i) => lacking(i) > 0);
  if (troubled.length === 0) return { exclude: [], complete: count };
  const plans = shares.map((share) => {
    const exclude = troubled.filter((i) => lacking(i) > share * count || lacking(i) === count);
    const out = new Set(exclude);
    const rest = kept.filter((i) => !out.has(i));
    const needed = Math.max(12, 1.5 * (rest.length + 2));
    const complete = rest.length > 0 ? countRows(rest.filter((i) => lacking(i) > 0)) : 0;
    return { exclude, complete, isEnough: complete >= needed && complete >= count / 2, rest: rest.length };
  });
  const best =
    plans.find(({ isEnough }) => isEnough) ?? plans.toSorted((a, b) => b.complete * b.rest - a.complete * a.rest)[0];
  return best ?? { exclude: [], complete: 0 };
}
