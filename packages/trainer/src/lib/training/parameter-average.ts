import type { Tensor } from '@tensorflow/tfjs-core';
import { withNumbers } from '../reading/with-numbers.ts';

/** A running mean of the parameters that are trained, on the host. */
export interface ParameterAverage {
  /** The numbers of all of them, one after another. They change with each update. */
  readonly values: Float32Array;
  /** Takes in the parameters after so many steps. */
  update(trained: readonly Tensor[], steps: number): Promise<void>;
}

/** How much of the mean stays at a step: little at first, since the first parameters are far from good ones. */
const kept = (decay: number, steps: number): number => Math.min(decay, (1 + steps) / (10 + steps));

/**
 * mean ← d · mean + (1 − d) · parameters, with d = min(decay, (1 + t) / (10 + t)) after step t (Polyak & Juditsky 1992; the
 * warm-up is that of TensorFlow's ExponentialMovingAverage). Begins at the parameters given, or goes on from a mean.
 */
export async function parameterAverage(
  decay: number,
  trained: readonly Tensor[],
  before: Float32Array | undefined,
): Promise<ParameterAverage> {
  const values = before?.slice() ?? new Float32Array(trained.reduce((size, tensor) => size + tensor.size, 0));
  const update = (tensors: readonly Tensor[], share: number): Promise<void> =>
    withNumbers(tensors, (all) => {
      let at = 0;
      for (const numbers of all) {
        for (let i = 0; i < numbers.length; i++, at++) {
          const mean = values[at] as number;
          values[at] = mean + share * ((numbers[i] as number) - mean);
        }
      }
    });
  if (!before) await update(trained, 1);
  return { values, update: (tensors, steps) => update(tensors, 1 - kept(decay, steps)) };
}
