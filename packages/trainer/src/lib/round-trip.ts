import type { Flow, FlowParams, Seed } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { abs, max, sub, type Tensor } from '@tensorflow/tfjs-core';
import { disposeSamples, rowsOf, type Samples, takeRows } from './samples.ts';

/** Gradients by `recompute` are about as inexact as the round trip: beyond this they differ where it shows. */
export const largestRoundTrip = 1e-3;

const rowsTried = 16;

const largest = (tensor: Tensor): number => (max(abs(tensor)).dataSync() as Float32Array)[0] as number;

/**
 * How far a few rows come back from where they were after the flow's inverse and its forward, as a share of the largest
 * number among them; infinite where they come back as no numbers.
 */
export function roundTripError(model: Flow, params: FlowParams, data: Samples, seed: Seed): number {
  const count = Math.min(rowsTried, rowsOf(data));
  const rows = takeRows(
    data,
    Int32Array.from({ length: count }, (_, i) => Math.floor((i * rowsOf(data)) / count)),
  );
  try {
    return tidied(() => {
      const { x, context } = rows;
      const steps = model.trace(params, x, { ...(context && { context }), noise: seed });
      const entered = (model.dequantizes ? steps[0]?.value : x) as Tensor;
      const call = context ? { context } : {};
      const z = model.bijector.inverse(params.layers, entered, call).value;
      const back = model.bijector.forward(params.layers, z, call).value;
      const error = largest(sub(back, entered)) / Math.max(largest(entered), Number.MIN_VALUE);
      return Number.isFinite(error) ? error : Infinity;
    });
  } finally {
    disposeSamples(rows);
  }
}
