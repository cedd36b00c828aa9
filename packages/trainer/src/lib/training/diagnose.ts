import { type Density, type FlowParams, isFlow, type LogProbOptions } from '@diffeo/core';
import type { NamedGradient } from '@diffeo/core/gradients';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withNumbers } from '../reading/with-numbers.ts';

const areFinite = (tensors: readonly Tensor[]): Promise<readonly boolean[]> =>
  withNumbers(tensors, (all) => all.map((numbers) => numbers.every(Number.isFinite)));

/**
 * The first part between data and base whose value or log-determinant is not finite, said in words; `null` when all are, and for a mixture.
 * Reads tensors back, so it is for after something went wrong.
 */
export async function firstNotFinite<P>(
  model: Density<P>,
  params: P,
  x: Tensor,
  options: LogProbOptions,
): Promise<string | null> {
  if (!isFlow(model)) return null;
  const steps = model.trace(params as FlowParams, x, options);
  try {
    for (const { name, value, logDet } of steps) {
      const [isFiniteValue, isFiniteLogDet] = await areFinite([value, logDet]);
      if (!isFiniteValue) return `${name} is the first to return a value that is not finite`;
      if (!isFiniteLogDet) return `${name} is the first to return a logDet that is not finite`;
    }
    return null;
  } finally {
    for (const { value, logDet } of steps) for (const tensor of [value, logDet]) tensor.dispose();
  }
}

/** The first row whose log-likelihood is not finite, where not all are such; `null` otherwise. */
export async function rowNotFinite<P>(
  model: Density<P>,
  params: P,
  x: Tensor,
  options: LogProbOptions,
): Promise<number | null> {
  const logProb = model.logProb(params, x, options);
  try {
    return await withNumbers([logProb], ([values = new Float32Array()]) => {
      const row = values.findIndex((value) => !Number.isFinite(value));
      return row < 0 || !values.some(Number.isFinite) ? null : row;
    });
  } finally {
    logProb.dispose();
  }
}

/** The first gradient that is not finite, said in words; `null` when all are. */
export async function firstGradientNotFinite(gradients: readonly NamedGradient[]): Promise<string | null> {
  const finite = await areFinite(gradients.map(({ tensor }) => tensor));
  const bad = gradients.find((_, i) => !finite[i]);
  return bad ? `the gradient of '${bad.path}' is not finite` : null;
}
