import { clone, mul, type Tensor } from '@tensorflow/tfjs-core';
import { runDifferentiable } from './engine.ts';

/** The same numbers, through which no gradient goes: nothing of what led to them is differentiated. */
export const stopGradient = (x: Tensor): Tensor =>
  runDifferentiable<Record<string, never>, [Tensor]>({
    inputs: {},
    forward: () => [clone(x)],
    backward: () => ({}),
  })[0];

/** The same numbers, whose gradient is multiplied by `scale` of the same shape on its way back. */
export const scaleGradient = (x: Tensor, scale: Tensor): Tensor =>
  runDifferentiable<{ readonly x: Tensor }, [Tensor]>({
    inputs: { x },
    forward: (_, save) => {
      save([scale]);
      return [clone(x)];
    },
    backward: ([dy], [saved]) => ({ x: mul(dy, saved as Tensor) }),
  })[0];
