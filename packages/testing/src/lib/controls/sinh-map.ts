import type { Bijector, Shape } from '@diffeo/core';
import { add, asinh, cosh, log, neg, sinh, sqrt, square, sum } from '@tensorflow/tfjs-core';

/** x = sinh(z) on vectors, which is sound but neither linear nor of constant logDet, and overflows at 89. */
export const sinhMap = (eventShape: Shape): Bijector<Record<string, never>> => ({
  eventShape,
  baseShape: eventShape,
  contextShape: null,
  layout: {},
  init: () => ({}),
  forward: (_, z) => ({ value: sinh(z), logDet: sum(log(cosh(z)), 1) }),
  inverse: (_, x) => ({ value: asinh(x), logDet: neg(sum(log(sqrt(add(square(x), 1))), 1)) }),
});
