import type { Bijector, Shape } from '@diffeo/core';
import { add, log, mul, neg, square, sub, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';

/** The slope of z + ½ tanh z, less 1. */
const excess = (z: Tensor): Tensor => mul(sub(1, square(tanh(z))), 0.5);

/** x = z + ½ tanh z on vectors, which has no closed inverse: z ← x − ½ tanh z, each step of which halves the error. */
export const iteratedMap = (eventShape: Shape, steps: number): Bijector<Record<string, never>> => {
  const logDet = (z: Tensor): Tensor => sum(log(add(excess(z), 1)), 1);
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: {},
    init: () => ({}),
    forward: (_, z) => ({ value: add(z, mul(tanh(z), 0.5)), logDet: logDet(z) }),
    inverse: (_, x) => {
      let z = x;
      for (let step = 0; step < steps; step++) z = sub(x, mul(tanh(z), 0.5));
      return { value: z, logDet: neg(logDet(z)) };
    },
  };
};
