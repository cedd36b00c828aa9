import { type Base, fold, leaf, normal, type Shape } from '@diffeo/core';
import { add, exp, fill, mul, neg, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The parameters of {@link soundNormal}. */
export interface NormalParams {
  readonly mean: Tensor;
  readonly logScale: Tensor;
}

/** log √(2π) */
const logRoot2Pi = 0.5 * Math.log(2 * Math.PI);

/** A sound base distribution on vectors, which the broken ones break: normal, with its own mean and scale. */
export function soundNormal(eventShape: Shape): Base<NormalParams> {
  const [size = 1] = eventShape;
  return {
    eventShape,
    contextShape: null,
    layout: { mean: leaf(eventShape), logScale: leaf(eventShape) },
    init: (seed) => ({
      mean: mul(normal(eventShape, fold(seed, 'mean')), 0.1),
      logScale: fill([...eventShape], 0.1),
    }),
    logProb: ({ mean, logScale }, z) => {
      const standard = mul(sub(z, mean), exp(neg(logScale)));
      return sub(mul(sum(square(standard), 1), -0.5), add(sum(logScale), size * logRoot2Pi));
    },
    sample: ({ mean, logScale }, count, seed, temperature) =>
      add(mean, mul(normal([count, size], seed), mul(exp(logScale), temperature))),
  };
}
