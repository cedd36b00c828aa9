import { fold, normal, type StackLayer } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import type { ActivationName, StackOptions } from '@diffeo/ops';
import { add, elu, mul, relu, sigmoid, type Tensor, tanh } from '@tensorflow/tfjs-core';

export const activationNames = ['relu', 'tanh', 'elu', 'sigmoid'] as const satisfies readonly ActivationName[];

const apply: Readonly<Record<ActivationName, (z: Tensor) => Tensor>> = { relu, tanh, elu, sigmoid };

/** A dense stack composed of tfjs operations. */
export const plainStack = (x: Tensor, layers: readonly StackLayer[], { activation, residual }: StackOptions): Tensor =>
  layers.reduce((h, { weight, bias }, i) => {
    const z = add(product(h, weight), bias);
    if (i === layers.length - 1) return z;
    const output = apply[activation](z);
    return residual && weight.shape[0] === weight.shape[1] ? add(h, output) : output;
  }, x);

/**
 * Whether a rectifier of the stack is so close to its kink in some row that rounding decides on which side it is, and with
 * it what the gradient is.
 */
export function onKink(x: Tensor, layers: readonly StackLayer[], options: StackOptions): boolean {
  if (options.activation !== 'relu') return false;
  return layers.slice(0, -1).some((_, i) => {
    const z = plainStack(x, layers.slice(0, i + 1), options);
    return z.dataSync().some((number) => Math.abs(number) < 1e-5);
  });
}

/** Layers between vectors of these sizes, with weights of a usual scale. */
export const drawLayers = (widths: readonly number[], seed: number): StackLayer[] =>
  widths.slice(1).map((outputs, i) => ({
    weight: mul(normal([widths[i] as number, outputs], fold(seed, i)), 1 / Math.sqrt(widths[i] as number)),
    bias: normal([outputs], fold(seed, -1 - i)),
  }));

export const tensorsOf = (layers: readonly StackLayer[]): Tensor[] =>
  layers.flatMap(({ weight, bias }) => [weight, bias]);
