import { fold, randomSource, type Seed, type Shape, shuffled, sizeOf } from '@diffeo/core';
import { withNumbers } from '../reading/with-numbers.ts';
import { gatherRows, rowsOf, type TensorDataset } from './tensor-dataset.ts';

/**
 * Rows from which what starts from data starts: enough for means and variances, few enough for one pass, in which all that
 * lies between the layers of images is held at once.
 */
const maxRows = (eventShape: Shape): number => Math.min(16384, Math.max(256, Math.floor(2 ** 18 / sizeOf(eventShape))));

/** Rows drawn by their weights, each as often as its weight says, but for one (systematic resampling, Kitagawa 1996). */
function drawnByWeight(weights: ArrayLike<number>, count: number, seed: Seed): Int32Array {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] as number;
  const offset = randomSource(seed).uniform();
  const rows = new Int32Array(count);
  let row = 0;
  let reached = weights[0] as number;
  for (let i = 0; i < count; i++) {
    const at = ((i + offset) * total) / count;
    while (reached <= at && row < weights.length - 1) reached += weights[++row] as number;
    rows[i] = row;
  }
  return rows;
}

/** Some rows for a flow to start from, by their weights where they have some. The caller owns them. */
export async function startingRows(eventShape: Shape, train: TensorDataset, seed: Seed): Promise<TensorDataset> {
  const most = maxRows(eventShape);
  const all = rowsOf(train);
  if (train.weights) {
    const count = Math.min(most, all);
    const rows = await withNumbers([train.weights], ([weights = new Float32Array()]) =>
      drawnByWeight(weights, count, fold(seed, 'start rows')),
    );
    return gatherRows(train, rows);
  }
  // Files are often sorted: the first rows would not stand for the rest.
  return gatherRows(train, shuffled(all, fold(seed, 'start rows')).subarray(0, most));
}
