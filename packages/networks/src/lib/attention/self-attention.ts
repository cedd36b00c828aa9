import type { StackLayer } from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { matMul, mul, reshape, slice, softmax, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** The parameters of self-attention: `width` numbers to queries, keys and values of all heads, and their results back to `width`. */
export interface AttentionParams {
  readonly project: StackLayer;
  readonly gather: StackLayer;
}

const linear = { activation: 'relu', residual: false } as const;

/**
 * Self-attention with several heads (Vaswani et al. 2017, eq. 1 and §3.2.2): every position is given the values of all positions, weighed by how its query fits their keys.
 * `h`: `[batch, positions, width]`; the same is returned.
 */
export function selfAttention({ project, gather }: AttentionParams, h: Tensor, heads: number): Tensor {
  const [batch, positions, width] = h.shape as [number, number, number];
  const size = width / heads;
  const projected = reshape(denseStack(reshape(h, [batch * positions, width]), [project], linear), [
    ...[batch, positions, 3, heads, size],
  ]);
  // [3, batch, heads, positions, size]
  const turned = transpose(projected, [2, 0, 3, 1, 4]);
  const part = (k: number): Tensor =>
    reshape(slice(turned, [k, 0, 0, 0, 0], [1, batch, heads, positions, size]), [batch * heads, positions, size]);
  const fits = mul(matMul(part(0), transpose(part(1), [0, 2, 1])), 1 / Math.sqrt(size));
  const found = reshape(matMul(softmax(fits), part(2)), [batch, heads, positions, size]);
  const rows = reshape(transpose(found, [0, 2, 1, 3]), [batch * positions, width]);
  return reshape(denseStack(rows, [gather], linear), [batch, positions, width]);
}
