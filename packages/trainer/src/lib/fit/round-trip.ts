import type { Flow, FlowParams, Seed } from '@diffeo/core';
import { requireRoundTrip } from '@diffeo/core/gradients';
import { disposeDataset, gatherRows, rowsOf, type TensorDataset } from '../data/tensor-dataset.ts';

const rowsTried = 16;

/**
 * Takes a few rows through a flow and back.
 *
 * @throws DiffeoError `INEXACT` where they come back too far off for gradients by `recompute`.
 */
export async function requireExactRows(
  model: Flow,
  params: FlowParams,
  data: TensorDataset,
  noise: Seed,
): Promise<void> {
  const count = Math.min(rowsTried, rowsOf(data));
  const rows = gatherRows(
    data,
    Int32Array.from({ length: count }, (_, i) => Math.floor((i * rowsOf(data)) / count)),
  );
  const { x, context } = rows;
  try {
    await requireRoundTrip(model, params, x, { ...(context && { context }), noise });
  } finally {
    disposeDataset(rows);
  }
}
