import type { WrittenColumn } from '@diffeo/datasets';
import type { ResultTable } from '../terminal/result-table.ts';

/** What is said of each row. */
export interface ScoredRow {
  /** Its place in the data, from 1. */
  readonly row: number;
  readonly logProb: number;
  /** The mean log-density of the kinds of members. */
  readonly votes?: number;
  /** How many of a hundred rows that the model did not learn from are not more likely. */
  readonly percentile?: number;
  /** The column that is most to blame, and by how much; `null` where every column is as usual as any given the others. */
  readonly blame?: { readonly column: string; readonly gain: number } | null;
}

/** How many rows go out at once. */
const rowsTogether = 8192;

interface Shown {
  readonly column: WrittenColumn;
  of(row: ScoredRow): number;
}

/** What to say of rows, by the first of them: all have the same. */
function shownOf(rows: readonly ScoredRow[], isChosen: boolean): readonly Shown[] {
  const [first] = rows;
  const blamed = [...new Set(rows.flatMap(({ blame }) => blame?.column ?? []))];
  const number = (name: string): WrittenColumn => ({ name, kind: 'real' });
  return [
    ...(isChosen ? [{ column: number('row'), of: ({ row }: ScoredRow) => row }] : []),
    { column: number('logProb'), of: ({ logProb }) => logProb },
    ...(first?.votes === undefined
      ? []
      : [{ column: number('votes'), of: ({ votes = 0 }: ScoredRow) => Math.fround(votes) }]),
    ...(first?.percentile === undefined
      ? []
      : [{ column: number('percentile'), of: ({ percentile = 0 }: ScoredRow) => Number(percentile.toFixed(2)) }]),
    ...(first?.blame === undefined
      ? []
      : [
          {
            column: { name: 'blame', kind: 'category', categories: blamed } as const,
            of: ({ blame }: ScoredRow) => (blame ? blamed.indexOf(blame.column) : Number.NaN),
          },
          {
            column: number('gain'),
            of: ({ blame }: ScoredRow) => (blame ? Number(blame.gain.toPrecision(5)) : Number.NaN),
          },
        ]),
  ];
}

/** Writes scores as a table. Rows that are not all in order say which they are. */
export async function writeScores(
  rows: readonly ScoredRow[],
  table: ResultTable,
  { isChosen }: { readonly isChosen: boolean },
): Promise<void> {
  const shown = shownOf(rows, isChosen);
  await table.begin(shown.map(({ column }) => column));
  for (let at = 0; at < rows.length; at += rowsTogether) {
    await table.write(
      Float64Array.from(rows.slice(at, at + rowsTogether).flatMap((row) => shown.map(({ of }) => of(row)))),
    );
  }
  await table.finish();
}
