import { mean, neg, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { DiffeoError } from '../contract/error.ts';
import { sizeOf } from '../contract/shape.ts';
import type { Density, LogProbOptions } from './flow-contract.ts';

/** The mean negative log-likelihood of a batch, a scalar in nats: the loss of maximum-likelihood training. */
export const negativeLogLikelihood = <P>(
  model: Density<P>,
  params: P,
  x: Tensor,
  options: LogProbOptions = {},
): Tensor => tidy(() => neg(mean(model.logProb(params, x, options))));

/**
 * Bits per dimension of discrete data from a mean negative log-likelihood in nats. Takes the flow, because its dequantizer
 * is what makes the likelihood one of discrete values and the figure comparable: preprocessing is inside the flow.
 *
 * @throws DiffeoError `SPEC` for a flow on continuous data, of which bits per dimension say nothing.
 */
export function bitsPerDim(model: Density, nll: number): number {
  if (model.dequantizes) return nll / (sizeOf(model.eventShape) * Math.LN2);
  throw new DiffeoError(
    'SPEC',
    'bits per dimension are defined for discrete data: this flow has no dequantizer, so report nats',
  );
}
