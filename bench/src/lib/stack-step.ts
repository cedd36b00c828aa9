import { differentiate } from '@diffeo/core/engine';
import type { ActivationName, denseStack } from '@diffeo/ops';
import { mul, sum, type Tensor } from '@tensorflow/tfjs-core';

/** A stack of layers with the numbers that enter it, and the gradient of what comes out. */
export interface StackStep {
  readonly stack: typeof denseStack;
  readonly x: Tensor;
  readonly layers: Parameters<typeof denseStack>[1];
  readonly dy: Tensor;
}

/** The pass there and all gradients, by the kernels that are there. */
export function stackStep({ stack, x, layers, dy }: StackStep, activation: ActivationName): void {
  const inputs = [x, ...layers.flatMap(({ weight, bias }) => [weight, bias])];
  const { value, grads } = differentiate(() => sum(mul(stack(x, layers, { activation, residual: false }), dy)), inputs);
  for (const tensor of [value, ...grads]) tensor?.dispose();
}
