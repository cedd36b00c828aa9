import { type Bijector, fold, leaf, normal, type Shape } from '@diffeo/core';
import { add, exp, fill, mul, neg, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The parameters of {@link soundAffine}. */
export interface AffineParams {
  /** `eventShape` */
  readonly logScale: Tensor;
  /** `eventShape` */
  readonly shift: Tensor;
}

/**
 * The simplest sound layer, which the broken ones break: each number has its own scale and shift.
 *
 *   x = z · exp(logScale) + shift,  logDet = Σ logScale
 */
export function soundAffine(eventShape: Shape): Bijector<AffineParams> {
  const each = (logDet: Tensor, batch: Tensor): Tensor => mul(fill([batch.shape[0] as number], 1), logDet);
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: { logScale: leaf(eventShape), shift: leaf(eventShape) },
    init: (seed) => ({
      logScale: mul(normal(eventShape, fold(seed, 'logScale')), 0.1),
      shift: mul(normal(eventShape, fold(seed, 'shift')), 0.1),
    }),
    forward: ({ logScale, shift }, z) => ({
      value: add(mul(z, exp(logScale)), shift),
      logDet: each(sum(logScale), z),
    }),
    inverse: ({ logScale, shift }, x) => ({
      value: mul(sub(x, shift), exp(neg(logScale))),
      logDet: each(neg(sum(logScale)), x),
    }),
  };
}
