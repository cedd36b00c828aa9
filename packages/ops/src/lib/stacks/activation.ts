import { add, elu, minimum, mul, relu, sigmoid, square, step, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';

/** The activations of a stack. */
export type ActivationName = 'relu' | 'tanh' | 'elu' | 'sigmoid';

/** The activations that tfjs's fused matrix product knows on every backend; `linear` is none. */
export type FusedActivation = 'relu' | 'elu' | 'sigmoid' | 'linear';

interface Activation {
  /** Composed of tfjs operations, differentiable any number of times. */
  apply(z: Tensor): Tensor;
  /** Its derivative from its own output, so that only the output need be kept. */
  derivative(output: Tensor): Tensor;
  /** Its name to tfjs's fused matrix product, or `linear` where that does not know it. */
  readonly fused: FusedActivation;
}

/** Every activation's derivative is a function of its output. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  relu: { apply: relu, derivative: (output) => step(output), fused: 'relu' },
  tanh: { apply: tanh, derivative: (output) => sub(1, square(output)), fused: 'linear' },
  elu: { apply: elu, derivative: (output) => add(minimum(output, 0), 1), fused: 'elu' },
  sigmoid: { apply: sigmoid, derivative: (output) => mul(output, sub(1, output)), fused: 'sigmoid' },
};

/** Whether a name is that of an activation here. */
export const isActivation = (name: string): name is ActivationName => Object.hasOwn(activations, name);
