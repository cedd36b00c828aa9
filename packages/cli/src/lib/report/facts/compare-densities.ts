import type { Seed } from '@diffeo/core';
import type { Column } from '@diffeo/datasets';
import { conditionalBaselines, mixedBaselines, type TableRows, tableBaselines } from '@diffeo/tables';
import { baselineWarnings, compareScores, rowStatistics, type Warning } from '@diffeo/trainer';
import { isCategory } from './cell-text.ts';
import type { JudgedRows } from './judged-rows.ts';
import type { ComparedDensity } from './report-facts.ts';
import { tableOf } from './table-of.ts';

/** What others make of the rows that are judged by. */
export interface Comparison {
  readonly compared: readonly ComparedDensity[];
  /** Why there is nothing to compare with; `null` where there is. */
  readonly notCompared: string | null;
  readonly warnings: readonly Warning[];
}

const without = (notCompared: string): Comparison => ({ compared: [], notCompared, warnings: [] });

/** Fits simpler densities to the rows that the model has seen, and judges them by those that it has not: a Gaussian, a mixture and kernels, or what mixed tables have of these. */
export async function compareDensities(
  { seen, are }: JudgedRows,
  judged: TableRows,
  scores: Float32Array,
  {
    columns,
    context,
    isMixed,
    seed,
    signal,
  }: {
    /** All columns of the rows. */
    readonly columns: readonly Column[];
    /** Those that a conditional model is given, by name. */
    readonly context: readonly string[];
    /** Whether the model is one of a mixed table. */
    readonly isMixed: boolean;
    readonly seed: Seed;
    readonly signal: AbortSignal;
  },
): Promise<Comparison> {
  if (are === 'fresh')
    return without('The points are of a density that is known: there are no rows to fit another to.');
  if (!seen)
    return without('Others would have to learn from the rows that the model was trained on, and these are not those.');
  const rows = tableOf(seen);
  const hasGaps = rows.values.some(Number.isNaN) || judged.values.some(Number.isNaN);
  if (!isMixed && (hasGaps || columns.some(isCategory))) {
    return without(
      'The table has categories or gaps, for which a Gaussian, a mixture of them and kernels have no density.',
    );
  }
  const options = { seed, signal };
  const fitted = !isMixed
    ? await tableBaselines(rows, judged, options)
    : context.length > 0
      ? await conditionalBaselines({ ...rows, columns }, judged, { ...options, context })
      : await mixedBaselines({ ...rows, columns }, judged, options);
  const gaussian = fitted.find(({ name }) => name === 'Gaussian');
  return {
    compared: fitted.map(({ name, setting, scores: own }) => ({
      ...{ name, setting },
      nll: -rowStatistics(own).mean,
      difference: compareScores(scores, own),
    })),
    notCompared: null,
    warnings: gaussian ? baselineWarnings(scores, gaussian.scores) : [],
  };
}
