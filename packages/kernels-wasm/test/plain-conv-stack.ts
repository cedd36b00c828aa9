import { fold, normal, type StackLayer } from '@diffeo/core';
import type { StackOptions } from '@diffeo/ops';
import {
  add,
  elu,
  mul,
  pad,
  relu,
  reshape,
  sigmoid,
  slice,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';

const activate = { relu, tanh, elu, sigmoid };

/** x ∗ filter + bias as a sum over the filter's places, of tfjs operations that no kernel here replaces. */
function plainConvolution(x: Tensor, { weight, bias }: StackLayer): Tensor {
  const [batch, height, width, inputs] = x.shape as [number, number, number, number];
  const [rows, columns, , outputs] = weight.shape as [number, number, number, number];
  // tfjs's own sum divides by zero there.
  if (batch === 0) return zeros([batch, height, width, outputs]);
  const border = [(rows - 1) / 2, (columns - 1) / 2] as const;
  const wide = pad(x, [
    [0, 0],
    [border[0], border[0]],
    [border[1], border[1]],
    [0, 0],
  ]);
  let total = reshape(bias, [1, outputs]) as Tensor;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const seen = reshape(slice(wide, [0, i, j, 0], [batch, height, width, inputs]), [
        batch * height * width,
        inputs,
        1,
      ]);
      const tap = reshape(slice(weight, [i, j, 0, 0], [1, 1, inputs, outputs]), [1, inputs, outputs]);
      total = add(total, sum(mul(seen, tap), 1));
    }
  }
  return reshape(total, [batch, height, width, outputs]);
}

/** What enters each activation of a stack of convolutions, and what comes out of it. */
function sumsOf(x: Tensor, layers: readonly StackLayer[], { activation, residual }: StackOptions): Tensor[] {
  const sums: Tensor[] = [];
  let h = x;
  for (const [i, layer] of layers.entries()) {
    const z = plainConvolution(h, layer);
    sums.push(z);
    if (i === layers.length - 1) continue;
    const output = activate[activation](z);
    const keepsWidth = layer.weight.shape[2] === layer.weight.shape[3];
    h = residual && keepsWidth ? add(h, output) : output;
  }
  return sums;
}

/** A stack of convolutions composed of tfjs operations. */
export const plainConvStack = (x: Tensor, layers: readonly StackLayer[], options: StackOptions): Tensor =>
  sumsOf(x, layers, options).at(-1) as Tensor;

/** Whether a rectifier is so close to its kink that rounding decides what the gradient is. */
export const onConvKink = (x: Tensor, layers: readonly StackLayer[], options: StackOptions): boolean =>
  options.activation === 'relu' &&
  sumsOf(x, layers, options)
    .slice(0, -1)
    .some((z) => z.dataSync().some((number) => Math.abs(number) < 1e-5));

/** Convolutions with filters of these sides between images of so many channels, with weights of a usual scale. */
export const drawConvolutions = (sides: readonly number[], channels: readonly number[], seed: number): StackLayer[] =>
  sides.map((side, i) => {
    const [inputs, outputs] = [channels[i] as number, channels[i + 1] as number];
    return {
      weight: mul(normal([side, side, inputs, outputs], fold(seed, i)), 1 / (side * Math.sqrt(inputs))),
      bias: normal([outputs], fold(seed, -1 - i)),
    };
  });

export const convTensors = (layers: readonly StackLayer[]): Tensor[] =>
  layers.flatMap(({ weight, bias }) => [weight, bias]);
