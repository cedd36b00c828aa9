import { runDifferentiable } from '@diffeo/core/engine';
import { add, type Tensor } from '@tensorflow/tfjs-core';

/** The identity with a gradient that `change` makes of the right one. */
export function changedGradient<T extends Tensor>(x: T, change: (dy: Tensor) => Tensor): T {
  const [same] = runDifferentiable<{ x: T }, readonly [T]>({
    inputs: { x },
    forward: () => [add(x, 0)],
    backward: ([dy]) => ({ x: change(dy) as T }),
  });
  return same;
}
