import type { StackLayer } from '@diffeo/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Tensors by the names that kernels know them by: `weight0`, `bias0`, `weight1`, … */
export function namedLayers(layers: readonly StackLayer[]): Record<string, Tensor> {
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
