import { abs, div, max, maximum, sub, type Tensor } from '@tensorflow/tfjs-core';
import { requireBatch } from '../contract/checked-part.ts';
import { broadcastContext } from '../contract/context.ts';
import { DiffeoError } from '../contract/error.ts';
import { tidied } from '../gradients/engine.ts';
import type { Flow, FlowParams, LogProbOptions } from './flow-contract.ts';

/** Gradients by `recompute` are about as inexact as the round trip: beyond this they differ where it shows. */
export const largestRoundTrip = 1e-3;

/** What a round trip is taken of. */
export interface RoundTripOptions extends Pick<LogProbOptions, 'context'> {
  /** Draws the dequantization noise, where there is any. Default 0. */
  readonly noise?: number;
}

/** The largest distance as a share of the largest number. */
const errorOf = (point: Tensor, back: Tensor): Tensor =>
  div(max(abs(sub(back, point))), maximum(max(abs(point)), 1e-37));

/**
 * How far rows come back from where they were after the flow's inverse and its forward, as a share of the largest number
 * among them: about 1e-6 for a few layers in float32, infinite where they come back as no numbers. The noise that a
 * dequantizer learns goes through layers of its own, which take part: the larger error counts. A few rows are enough.
 *
 * @throws DiffeoError `SHAPE`, `CONTEXT`, `UNSTARTED` where the flow does not take the rows.
 */
export async function roundTripError(
  model: Flow,
  params: FlowParams,
  x: Tensor,
  { context, noise = 0 }: RoundTripOptions = {},
): Promise<number> {
  const { bijector, dequantizer, eventShape, contextShape } = model;
  const rows = requireBatch(x, eventShape, 'the flow');
  if (rows === 0) return 0;
  const errors = tidied((): readonly Tensor[] => {
    const call = broadcastContext(context, contextShape, rows);
    const entered = dequantizer ? dequantizer.encode(params.dequantize, x, noise, call).value : x;
    const { value } = bijector.inverse(params.layers, entered, call);
    const own = dequantizer?.roundTrip?.(params.dequantize, x, noise, call);
    return [
      errorOf(entered, bijector.forward(params.layers, value, call).value),
      ...(own ? [errorOf(own.point, own.back)] : []),
    ];
  });
  const read = await Promise.all(errors.map((error) => error.data()));
  for (const error of errors) error.dispose();
  const largest = Math.max(...read.map(([error]) => error as number));
  return Number.isFinite(largest) ? largest : Infinity;
}

/**
 * Refuses a flow whose round trip is too inexact for `gradient: 'recompute'`, which rebuilds what entered each layer from
 * what came out. To be called before such gradients are taken, and now and then as the parameters move; `fit` does.
 *
 * @throws DiffeoError `INEXACT` where {@link roundTripError} is above {@link largestRoundTrip}; `SHAPE`, `CONTEXT`,
 * `UNSTARTED` where the flow does not take the rows.
 */
export async function requireRoundTrip(
  model: Flow,
  params: FlowParams,
  x: Tensor,
  options: RoundTripOptions = {},
): Promise<void> {
  const error = await roundTripError(model, params, x, options);
  if (error <= largestRoundTrip) return;
  throw new DiffeoError(
    'INEXACT',
    `a round trip through the flow comes back ${error.toExponential(1)} of the largest value away, which is too far for gradient: 'recompute'. Use gradient: 'checkpoint' or 'store', which do not need it, or a lower learning rate or bound`,
  );
}
