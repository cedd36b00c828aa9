import { type Density, type FlowParams, isFlow, type LogProbOptions } from '@diffeo/core';
import type { NamedGradient } from '@diffeo/core/gradients';
import type { Tensor } from '@tensorflow/tfjs-core';

const isFiniteTensor = (tensor: Tensor): boolean => (tensor.dataSync() as Float32Array).every(Number.isFinite);

/**
 * The first part between data and base whose value or log-determinant is not finite, said in words; `null` when all are, and for a mixture.
 * Reads tensors back, so it is for after something went wrong.
 */
export function firstNotFinite<P>(model: Density<P>, params: P, x: Tensor, options: LogProbOptions): string | null {
  if (!isFlow(model)) return null;
  const steps = model.trace(params as FlowParams, x, options);
  let found: string | null = null;
  for (const { name, value, logDet } of steps) {
    if (!found && !isFiniteTensor(value)) found = `${name} is the first to return a value that is not finite`;
    if (!found && !isFiniteTensor(logDet)) found = `${name} is the first to return a logDet that is not finite`;
    value.dispose();
    logDet.dispose();
  }
  return found;
}

/** The first row whose log-likelihood is not finite, where not all are such; `null` otherwise. */
export function rowNotFinite<P>(model: Density<P>, params: P, x: Tensor, options: LogProbOptions): number | null {
  const logProb = model.logProb(params, x, options);
  const values = logProb.dataSync() as Float32Array;
  logProb.dispose();
  const row = values.findIndex((value) => !Number.isFinite(value));
  return row < 0 || !values.some(Number.isFinite) ? null : row;
}

/** The first gradient that is not finite, said in words; `null` when all are. */
export function firstGradientNotFinite(gradients: readonly NamedGradient[]): string | null {
  const bad = gradients.find(({ tensor }) => !isFiniteTensor(tensor));
  return bad ? `the gradient of '${bad.path}' is not finite` : null;
}
