import { openTapes } from '@diffeo/core/engine';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dense, DenseStackOptions } from './dense.ts';
import { fusedOp } from './fused-op.ts';
import { type DenseStackKernelAttributes, runKernel } from './kernels.ts';

/** Tensors by the names that kernels know them by: `weight0`, `bias0`, `weight1`, … */
export function namedLayers(layers: readonly Dense[]): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  for (const [i, { weight, bias }] of layers.entries()) {
    named[`weight${i}`] = weight;
    named[`bias${i}`] = bias;
  }
  return named;
}

/** The weights alone, by the same names. */
export function namedWeights(weights: readonly Tensor[]): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  for (const [i, weight] of weights.entries()) named[`weight${i}`] = weight;
  return named;
}

/** Gradients in the order in which kernels return them, by the same names. */
export function namedGradients(gradients: readonly Tensor[]): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  for (const [i, gradient] of gradients.entries()) named[`${i % 2 === 0 ? 'weight' : 'bias'}${i >> 1}`] = gradient;
  return named;
}

/** A stack by the one kernel that does all of it: of dense layers, or of convolutions, whose weights are filters. */
export function stackKernel(
  { kernel, gradient }: { readonly kernel: string; readonly gradient: string },
  x: Tensor,
  layers: readonly Dense[],
  { activation, residual }: DenseStackOptions,
  reference: () => Tensor,
): Tensor {
  const attributes: DenseStackKernelAttributes = { activation, residual, keep: openTapes() > 0 };
  const [y] = fusedOp<Record<string, Tensor>, readonly [Tensor]>({
    kernel,
    inputs: { x, ...namedLayers(layers) },
    reference: () => [reference()],
    forward: (inputs, save) => {
      const [output, kept] = runKernel(kernel, inputs, attributes) as [Tensor, Tensor];
      save([x, kept, ...layers.map(({ weight }) => weight)]);
      return [output];
    },
    backward: ([dy], [entered, kept, ...weights]) => {
      const inputs = { dy, x: entered as Tensor, kept: kept as Tensor, ...namedWeights(weights) };
      const [dx, ...gradients] = runKernel(gradient, inputs, attributes);
      return { x: dx as Tensor, ...namedGradients(gradients) };
    },
  });
  return y;
}
