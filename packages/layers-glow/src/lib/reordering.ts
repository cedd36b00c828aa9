import type { Bijector, Shape } from '@diffeo/core';
import { permute } from '@diffeo/ops';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';

type None = Readonly<Record<string, never>>;

/** The layer that reorders the last axis, `z[…, i] = x[…, order[i]]` in the inverse direction. No parameters, logDet 0. */
export function reordering(eventShape: Shape, order: ArrayLike<number>): Bijector<None> {
  const undo = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) undo[order[i] as number] = i;
  const map = (by: ArrayLike<number>) => (_: None, x: Tensor) => ({
    value: permute(x, by),
    logDet: zeros([x.shape[0] as number]),
  });
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: {},
    init: () => ({}),
    forward: map(undo),
    inverse: map(order),
  };
}
