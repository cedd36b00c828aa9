import { runDifferentiable } from '@diffeo/core/engine';
import { type ActivationName, activations } from '@diffeo/ops';
import { mul, sigmoid, square, sub, type Tensor } from '@tensorflow/tfjs-core';

/** tanh(z) = 2·sigmoid(2z) − 1, which tfjs's WASM backend computes many times faster, and its slope, as one node of the tape. */
const tanhWithSlope = (z: Tensor): readonly [Tensor, Tensor] =>
  runDifferentiable<{ readonly z: Tensor }, readonly [Tensor, Tensor]>({
    inputs: { z },
    forward: (_, save) => {
      const value = sub(mul(sigmoid(mul(z, 2)), 2), 1);
      const slope = sub(1, square(value));
      save([value, slope]);
      return [value, slope];
    },
    backward: ([dValue, dSlope], [value, slope]) => ({
      z: mul(slope as Tensor, sub(dValue, mul(mul(dSlope, value as Tensor), 2))),
    }),
  });

/** An activation and its slope at each number. */
export function activated(name: ActivationName, z: Tensor): readonly [value: Tensor, slope: Tensor] {
  if (name === 'tanh') return tanhWithSlope(z);
  const { apply, derivative } = activations[name];
  const value = apply(z);
  return [value, derivative(value)];
}
