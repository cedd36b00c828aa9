import type { Seed } from '@diffeo/core';
import type { TableRows } from '@diffeo/tables';
import type { StoredModel } from '../../model/read-model.ts';
import { blameRows } from '../../score/blame-rows.ts';
import { type ModelRows, takeModelRows } from '../../tables/mixed-data.ts';
import type { UnlikelyRow } from './report-facts.ts';
import { tableOf } from './table-of.ts';

/** What is known of the rows. */
export interface ScoredTable {
  readonly rows: ModelRows;
  readonly scores: Float32Array;
  /** Where each row stands among all that were read, from 0. */
  readonly places: ArrayLike<number>;
  /** Samples of the model, and which share of them is less likely than a row. */
  readonly samples: TableRows;
  lessLikely(row: number): number;
}

/** The least likely rows and the columns that make them so, the least likely first. */
export async function unlikelyRows(
  stored: StoredModel,
  { rows, scores, places, samples, lessLikely }: ScoredTable,
  { top, seed, signal }: { readonly top: number; readonly seed: Seed; readonly signal: AbortSignal },
): Promise<readonly UnlikelyRow[]> {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const chosen = [...order.subarray(0, top)];
  const taken = takeModelRows(rows, chosen);
  const [least, given] = [tableOf(taken), taken.context && tableOf(taken.context)];
  const { size } = least;
  const gains = await blameRows(stored, least, { samples, seed, signal, context: taken.context?.values });
  const rowOf = ({ values, size: width }: TableRows, i: number): number[] => [
    ...values.subarray(i * width, (i + 1) * width),
  ];
  return chosen.map((row, i) => {
    return {
      ...{ row: (places[row] as number) + 1, logProb: scores[row] as number },
      values: [...rowOf(least, i), ...(given ? rowOf(given, i) : [])],
      lessLikely: lessLikely(row),
      gains: [...gains.subarray(i * size, (i + 1) * size)],
    };
  });
}
