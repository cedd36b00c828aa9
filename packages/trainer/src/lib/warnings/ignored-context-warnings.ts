import { type Flow, type FlowParams, fold, shuffled } from '@diffeo/core';
import { disposeDataset, gatherRows, rowsOf, type TensorDataset } from '../data/tensor-dataset.ts';
import { compareScores } from '../scores/compare-scores.ts';
import { score } from '../scores/score.ts';
import type { Warning } from './warning.ts';

/** So many rows tell; of fewer than the least, none. */
const [mostRows, leastRows] = [2000, 16];

/**
 * A word where rows are no likelier with their own context than with that of another row: their scores with their contexts, and with
 * the contexts of rows in another order. Not of rows that a flow was trained on, which it may know by heart.
 */
export function ignoredContextWarnings(
  scores: ArrayLike<number>,
  shuffledScores: ArrayLike<number>,
): readonly Warning[] {
  const { clipped, count } = compareScores(scores, shuffledScores);
  if (count < leastRows || clipped.mean > 2 * clipped.standardError) return [];
  return [
    {
      code: 'CONTEXT_IGNORED',
      message: `the context makes no difference: ${count.toLocaleString('en')} rows are as likely with the context of another row as with their own (${clipped.mean.toFixed(3)} ± ${clipped.standardError.toFixed(3)} nats). It says nothing of them, or the model has not learned what: train for longer or on more rows, with contexts near mean 0 and deviation 1.`,
    },
  ];
}

/** The same of a flow, by rows that it was not trained on. */
export async function flowContextWarnings(
  model: Flow,
  params: FlowParams,
  rows: TensorDataset,
): Promise<readonly Warning[]> {
  const { context } = rows;
  const count = rowsOf(rows);
  if (!context || count < leastRows) return [];
  const noise = fold(0, 'context');
  const order = shuffled(count, noise).slice(0, mostRows);
  // Each of these rows has the context of the next one.
  const others = order.map((_, i) => order[(i + 1) % order.length] as number);
  const [own, next] = [gatherRows({ x: rows.x, context }, order), gatherRows({ x: rows.x, context }, others)];
  try {
    const scores = await score(model, params, own, { noise });
    const strangers = await score(
      model,
      params,
      { x: own.x, ...(next.context && { context: next.context }) },
      { noise },
    );
    return ignoredContextWarnings(scores, strangers);
  } finally {
    disposeDataset(own);
    disposeDataset(next);
  }
}
