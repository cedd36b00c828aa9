import {
  add,
  atan,
  clipByValue,
  log,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  softplus,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { bounded } from './bounded.ts';
import { softClip } from './soft-clip.ts';

/** The functions that make a scale of a raw number. */
export const scaleNames = ['tanh', 'atan', 'soft-clip', 'exp', 'sigmoid', 'inverse-sigmoid', 'softplus'] as const;

/** How an affine transform makes its scale; the options of `affine()`. */
export interface AffineScale {
  readonly bound: number;
  readonly scale?: (typeof scaleNames)[number] | undefined;
  readonly offset?: number | undefined;
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

/** Log-scales of `exp` and `inverse-sigmoid` are cut off here, where float32 is about to end. */
const maxLogScale = 80;
/** Keeps the logarithm of a scale that float32 no longer tells from 0. */
const tiny = 1e-30;

/** The logarithms of scales by raw numbers. */
export function logScaleOf({ bound, scale = 'tanh', offset = 0, least = 1e-3, most }: AffineScale, a: Tensor): Tensor {
  const shifted = () => add(a, offset);
  const logOf = (positive: Tensor): Tensor => log(maximum(add(positive, least), tiny));
  switch (scale) {
    case 'atan':
      return mul((2 * bound) / Math.PI, atan(mul(a, Math.PI / (2 * bound))));
    case 'soft-clip':
      return softClip(a, bound);
    case 'exp':
      return clipByValue(a, -maxLogScale, maxLogScale);
    case 'sigmoid':
      return logOf(sigmoid(shifted()));
    case 'inverse-sigmoid':
      return minimum(softplus(neg(shifted())), maxLogScale);
    case 'softplus': {
      const logScale = logOf(softplus(shifted()));
      return most === undefined ? logScale : minimum(logScale, Math.log(most));
    }
    default:
      return bounded(a, bound);
  }
}
