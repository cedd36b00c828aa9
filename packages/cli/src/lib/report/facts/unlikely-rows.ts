import type { Seed } from '@diffeo/core';
import type { TableRows } from '@diffeo/tables';
import type { StoredModel } from '../../model/read-model.ts';
import { blameRows } from '../../score/blame-rows.ts';
import type { UnlikelyRow } from './report-facts.ts';

/** What is known of the rows. */
export interface ScoredTable {
  readonly rows: TableRows;
  readonly scores: Float32Array;
  /** Where each row stands among all that were read, from 0. */
  readonly places: ArrayLike<number>;
  /** Samples of the model, and their scores. */
  readonly samples: TableRows;
  readonly sampleScores: Float32Array;
}

/** The least likely rows and the columns that make them so, the least likely first. */
export async function unlikelyRows(
  stored: StoredModel,
  { rows, scores, places, samples, sampleScores }: ScoredTable,
  { top, seed, signal }: { readonly top: number; readonly seed: Seed; readonly signal: AbortSignal },
): Promise<readonly UnlikelyRow[]> {
  const { size, values } = rows;
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const chosen = [...order.subarray(0, top)];
  const own = chosen.map((row) => [...values.subarray(row * size, (row + 1) * size)]);
  const least = { values: Float32Array.from(own.flat()), count: chosen.length, size };
  const gains = await blameRows(stored, least, { samples, seed, signal });
  return chosen.map((row, i) => {
    const logProb = scores[row] as number;
    const less = sampleScores.reduce((sum, score) => sum + (score < logProb ? 1 : 0), 0);
    return {
      ...{ row: (places[row] as number) + 1, logProb, values: own[i] as number[] },
      lessLikely: less / sampleScores.length,
      gains: [...gains.subarray(i * size, (i + 1) * size)],
    };
  });
}
