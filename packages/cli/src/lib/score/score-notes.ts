/** Scores of rows that a model did not learn from, kept with it to place others among. */
export interface ScoreNotes {
  /** Rows of the training that no member of their fold saw, or those that decided when to stop. */
  readonly of: 'out-of-fold' | 'validation';
  /** The scores in order of size; of many, at equal shares. */
  readonly quantiles: readonly number[];
}

/** So many tell one in a thousand. */
const maxQuantiles = 1001;

/** What to keep of scores; nothing where none is finite. */
export function scoreNotes(of: ScoreNotes['of'], scores: ArrayLike<number>): ScoreNotes | undefined {
  const sorted = Float64Array.from(scores).filter(Number.isFinite).sort();
  if (sorted.length === 0) return undefined;
  const count = Math.min(sorted.length, maxQuantiles);
  const at = (i: number): number =>
    sorted[count === 1 ? 0 : Math.round((i / (count - 1)) * (sorted.length - 1))] as number;
  return { of, quantiles: Array.from({ length: count }, (_, i) => Number(at(i).toPrecision(7))) };
}

/** How many of a hundred of those scores are not above this one. */
export function percentileOf({ quantiles }: ScoreNotes, score: number): number {
  let [low, high] = [0, quantiles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((quantiles[middle] as number) <= score) low = middle + 1;
    else high = middle;
  }
  return (100 * low) / quantiles.length;
}

/** Notes from a model file; `null` for what are none. */
export function parseScoreNotes(text: string): ScoreNotes | null {
  try {
    const { of, quantiles } = (JSON.parse(text) ?? {}) as Partial<ScoreNotes>;
    const isSorted =
      Array.isArray(quantiles) &&
      quantiles.length > 0 &&
      quantiles.every((value, i) => Number.isFinite(value) && (i === 0 || value >= (quantiles[i - 1] as number)));
    return isSorted && (of === 'out-of-fold' || of === 'validation') ? { of, quantiles } : null;
  } catch {
    return null;
  }
}
