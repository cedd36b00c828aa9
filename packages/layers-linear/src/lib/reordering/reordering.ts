import type { Bijector, Shape } from '@diffeo/core';
import { permute } from '@diffeo/ops';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';

type None = Readonly<Record<string, never>>;

/**
 * The layer that reorders the last axis, `z[…, i] = x[…, order[i]]` in the inverse direction. No parameters, logDet 0. The
 * order is made when it is first needed: a model file may ask for one of any length.
 */
export function reordering(eventShape: Shape, makeOrder: () => ArrayLike<number>): Bijector<None> {
  let known: { readonly order: ArrayLike<number>; readonly undo: Int32Array } | null = null;
  const orders = () => {
    if (known) return known;
    const order = makeOrder();
    const undo = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) undo[order[i] as number] = i;
    known = { order, undo };
    return known;
  };
  const map = (by: 'order' | 'undo') => (_: None, x: Tensor) => ({
    value: permute(x, orders()[by]),
    logDet: zeros([x.shape[0] as number]),
  });
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    support: 'kept',
    layout: {},
    init: () => ({}),
    forward: map('undo'),
    inverse: map('order'),
  };
}
