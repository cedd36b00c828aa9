import type { DenseStackOptions } from '@diffeo/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from '../heap/backend.ts';
import type { KernelContext } from '../heap/kernel-context.ts';
import { layerStack } from './layer-stack.ts';
import { isSparseStack } from './sparse-conv-plan.ts';
import { sparseConvStack } from './sparse-conv-stack.ts';
import type { LayerAddresses, Stack } from './stack.ts';

export type Inputs = Readonly<Record<string, TensorInfo>>;

/** The tensors `weight0`, `weight1`, … of a kernel's inputs: matrices, or filters. */
export function weightsOf(inputs: Inputs): readonly TensorInfo[] {
  const weights: TensorInfo[] = [];
  for (let weight = inputs['weight0']; weight; weight = inputs[`weight${weights.length}`]) weights.push(weight);
  return weights;
}

/** How many numbers enter a stack for each row. */
export const inputsOf = (weights: readonly TensorInfo[]): number => weights[0]?.shape.at(-2) as number;

/** How many numbers come out for each row. */
export const outputsOf = (weights: readonly TensorInfo[]): number => weights.at(-1)?.shape.at(-1) as number;

/** How many rows an event of `[batch, …, channels]` has: one for each pixel of an image. */
export function rowsEach(shape: readonly number[]): number {
  let rows = 1;
  for (let axis = 1; axis < shape.length - 1; axis++) rows *= shape[axis] as number;
  return rows;
}

/** The stack that these weights make on so many events of `[batch, …, channels]`. */
export function stackOf(
  kernelContext: KernelContext,
  events: number,
  shape: readonly number[],
  weights: readonly TensorInfo[],
  options: DenseStackOptions,
): Stack {
  const shapes = weights.map((weight) => weight.shape);
  const ofImages = shapes[0]?.length === 4;
  const image = [events, ofImages ? (shape[1] as number) : 1, ofImages ? (shape[2] as number) : 1] as const;
  if (ofImages && isSparseStack(shapes, options)) return sparseConvStack(kernelContext, image, shapes);
  return layerStack(kernelContext, image, shapes, options);
}

/** Where the layers among a kernel's inputs are. */
export const layersOf = (backend: WasmBackend, inputs: Inputs, weights: readonly TensorInfo[]): LayerAddresses[] =>
  weights.map((weight, i) => ({
    weight: addressOf(backend, weight),
    bias: addressOf(backend, inputs[`bias${i}`] as TensorInfo),
  }));

/** The shapes of the gradients of every weight and bias, in order. */
export const gradientShapes = (weights: readonly TensorInfo[]): readonly (readonly number[])[] =>
  weights.flatMap(({ shape }) => [shape, [shape.at(-1) as number]]);

/** Such gradients, as addresses by layer. */
export const gradientAddresses = (backend: WasmBackend, gradients: readonly TensorInfo[]): LayerAddresses[] =>
  Array.from({ length: gradients.length / 2 }, (_, i) => ({
    weight: addressOf(backend, gradients[2 * i] as TensorInfo),
    bias: addressOf(backend, gradients[2 * i + 1] as TensorInfo),
  }));
