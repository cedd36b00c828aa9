import type { Seed } from '@diffeo/core';
import { type TableRows, tableBaselines } from '@diffeo/tables';
import { baselineWarnings, compareScores, rowStatistics, type Warning } from '@diffeo/trainer';
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

/** Fits a Gaussian, a mixture and kernels to the rows that the model has seen, and judges them by those that it has not. */
export async function compareDensities(
  { seen, are }: JudgedRows,
  judged: TableRows,
  scores: Float32Array,
  {
    hasCategories,
    seed,
    signal,
  }: { readonly hasCategories: boolean; readonly seed: Seed; readonly signal: AbortSignal },
): Promise<Comparison> {
  if (are === 'fresh')
    return without('The points are of a density that is known: there are no rows to fit another to.');
  if (!seen)
    return without('Others would have to learn from the rows that the model was trained on, and these are not those.');
  const rows = tableOf(seen);
  if (hasCategories || rows.values.some(Number.isNaN) || judged.values.some(Number.isNaN)) {
    return without(
      'The table has categories or gaps, for which a Gaussian, a mixture of them and kernels have no density.',
    );
  }
  const fitted = await tableBaselines(rows, judged, { seed, signal });
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
