import type { CsvRecord } from '../layout/csv-sample.ts';

/** Finds columns that count the rows: whole numbers, each one more than that above it. */
export interface CountingColumns {
  follow(row: Float64Array): void;
  /** The columns that have counted so far, and where they began. */
  found(): ReadonlyMap<number, number>;
}

/** Fewer rows count by chance. */
const fewest = 5;

/** Follows those of the columns at `at` that count the rows in the sample. */
export function countingColumns(sample: readonly CsvRecord[], at: readonly number[]): CountingColumns {
  // What stands at the end may be a footer.
  const first = sample.slice(0, Math.max(2, sample.length - 3));
  const counts = (i: number): boolean =>
    first.length > 1 &&
    first.every(({ fields }, row) => {
      const field = fields[i] ?? '';
      return /^\d{1,15}$/.test(field) && (row === 0 || Number(field) === Number(first[row - 1]?.fields[i]) + 1);
    });
  const begun = new Map<number, number>();
  const candidates = new Set(at.flatMap((column, i) => (counts(column) ? [i] : [])));
  let rows = 0;
  return {
    follow(row) {
      for (const i of candidates) {
        const value = row[i] as number;
        if (rows === 0) begun.set(i, value);
        else if (value !== (begun.get(i) as number) + rows) candidates.delete(i);
      }
      rows++;
    },
    found: () => new Map([...candidates].flatMap((i) => (rows >= fewest ? [[i, begun.get(i) as number]] : []))),
  };
}
