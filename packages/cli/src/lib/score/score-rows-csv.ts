import { csvField, csvHeader, float32Text } from '../terminal/csv-text.ts';
import type { ResultSink } from '../terminal/result-sink.ts';

/** What is said of each row. */
export interface ScoredRow {
  /** Its place in the data, from 1. */
  readonly row: number;
  readonly logProb: number;
  /** How many of a hundred rows that the model did not learn from are not more likely. */
  readonly percentile?: number;
  /** The column that is most to blame, and by how much. */
  readonly blame?: { readonly column: string; readonly gain: number };
}

/** How many lines go out at once. */
const lines = 8192;

/** Writes scores as CSV. Rows that are not all in order say which they are. */
export async function writeScores(
  rows: readonly ScoredRow[],
  sink: ResultSink,
  { isChosen }: { readonly isChosen: boolean },
): Promise<void> {
  const [first] = rows;
  const shown: readonly (readonly [name: string, text: (row: ScoredRow) => string])[] = [
    ...(isChosen ? [['row', ({ row }: ScoredRow) => `${row}`] as const] : []),
    ['logProb', ({ logProb }) => float32Text(logProb)],
    ...(first?.percentile === undefined
      ? []
      : [['percentile', ({ percentile = 0 }: ScoredRow) => `${Number(percentile.toFixed(2))}`] as const]),
    ...(first?.blame === undefined
      ? []
      : [
          ['blame', ({ blame }: ScoredRow) => csvField(blame?.column ?? '')] as const,
          ['gain', ({ blame }: ScoredRow) => `${Number((blame?.gain ?? 0).toPrecision(5))}`] as const,
        ]),
  ];
  await sink.write(csvHeader(shown.map(([name]) => name)));
  for (let at = 0; at < rows.length; at += lines) {
    const text = rows.slice(at, at + lines).map((row) => shown.map(([, of]) => of(row)).join(','));
    await sink.write(`${text.join('\n')}\n`);
  }
  sink.finish();
}
