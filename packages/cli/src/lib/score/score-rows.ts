import { type Density, DiffeoError, fold, isDiffeoError, type Seed } from '@diffeo/core';
import { type Dataset, toTensor } from '@diffeo/datasets';
import { score } from '@diffeo/trainer';
import type { ModelRows } from '../tables/mixed-data.ts';
import { stopIfCancelled } from '../terminal/interruption.ts';

/** Between two batches of so many rows a signal has its turn. */
const rowsPerBatch = 16384;

const partOf = (rows: Dataset, begin: number, count: number): Dataset => {
  const width = rows.values.length / rows.count;
  return { ...rows, values: rows.values.subarray(begin * width, (begin + count) * width), count };
};

/**
 * The log-likelihood of each row, nats. `seed` draws the noise of dequantization, if the flow dequantizes.
 *
 * @throws DiffeoError `NOT_FINITE` where the flow gives no number; `CANCELLED`.
 */
export async function scoreRows(
  { model, params }: { readonly model: Density; readonly params: unknown },
  { context, ...rows }: ModelRows,
  {
    seed,
    signal,
    cancelled,
    draws = 1,
  }: {
    readonly seed: Seed;
    readonly signal: AbortSignal;
    readonly cancelled?: string;
    /** Draws of the noise that each score is made of. */
    readonly draws?: number;
  },
): Promise<Float32Array> {
  const scores = new Float32Array(rows.count);
  const width = rows.values.length / rows.count;
  for (let begin = 0; begin < rows.count; begin += rowsPerBatch) {
    await stopIfCancelled(signal, cancelled);
    const values = rows.values.subarray(begin * width, (begin + rowsPerBatch) * width);
    const count = values.length / width;
    const x = toTensor({ ...rows, values, count });
    const given = context && toTensor(partOf(context, begin, count));
    try {
      scores.set(
        await score(model, params, given ? { x, context: given } : x, { noise: fold(seed, begin), draws }),
        begin,
      );
    } catch (cause) {
      if (!isDiffeoError(cause) || begin === 0) throw cause;
      throw new DiffeoError(cause.code, `after the first ${begin} rows: ${cause.message}`, { cause });
    } finally {
      x.dispose();
      given?.dispose();
    }
  }
  return scores;
}
