import type { StackLayer } from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { add, concat, matMul, mul, reshape, slice, softmax, type Tensor, transpose } from '@tensorflow/tfjs-core';

/** The parameters of self-attention: `width` numbers to queries, keys and values of all heads, and their results back to `width`. */
export interface AttentionParams {
  readonly project: StackLayer;
  readonly gather: StackLayer;
}

/** Of the positions seen so far, `[batch · heads, positions, width / heads]` each. */
export interface KeysAndValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

const linear = { activation: 'relu', residual: false } as const;

/** Queries, keys and values of `h` `[batch, positions, width]`, `[batch · heads, positions, width / heads]` each. */
function projected({ project }: AttentionParams, h: Tensor, heads: number): readonly [Tensor, Tensor, Tensor] {
  const [batch, positions, width] = h.shape as [number, number, number];
  const size = width / heads;
  const rows = denseStack(reshape(h, [batch * positions, width]), [project], linear);
  // [3, batch, heads, positions, size]
  const turned = transpose(reshape(rows, [batch, positions, 3, heads, size]), [2, 0, 3, 1, 4]);
  const part = (k: number): Tensor =>
    reshape(slice(turned, [k, 0, 0, 0, 0], [1, batch, heads, positions, size]), [batch * heads, positions, size]);
  return [part(0), part(1), part(2)];
}

/** What the queries of `h`'s positions are given by the values of all that their keys may fit; `mask` is added to how well. */
function attended(
  { gather }: AttentionParams,
  h: Tensor,
  queries: Tensor,
  { keys, values }: KeysAndValues,
  heads: number,
  mask?: Tensor,
): Tensor {
  const [batch, positions, width] = h.shape as [number, number, number];
  const size = width / heads;
  const fits = mul(matMul(queries, keys, false, true), 1 / Math.sqrt(size));
  const weights = softmax(mask ? add(fits, mask) : fits);
  const found = reshape(matMul(weights, values), [batch, heads, positions, size]);
  const rows = reshape(transpose(found, [0, 2, 1, 3]), [batch * positions, width]);
  return reshape(denseStack(rows, [gather], linear), [batch, positions, width]);
}

/**
 * Self-attention with several heads (Vaswani et al. 2017, eq. 1 and §3.2.2): every position is given the values of all positions, weighed by how its query fits their keys.
 * `h`: `[batch, positions, width]`; the same is returned.
 *
 * @param mask `[positions, positions]`, added to how the query of a row fits the key of a column: 0, or −1e9 where it may not look
 */
export function selfAttention(params: AttentionParams, h: Tensor, heads: number, mask?: Tensor): Tensor {
  const [queries, keys, values] = projected(params, h, heads);
  return attended(params, h, queries, { keys, values }, heads, mask);
}

/**
 * The same for one position more, `h` `[batch, 1, width]`, which is given the values of those seen so far and its own.
 *
 * @param seen `null` for the first
 */
export function nextAttention(
  params: AttentionParams,
  h: Tensor,
  heads: number,
  seen: KeysAndValues | null,
): { readonly value: Tensor; readonly seen: KeysAndValues } {
  const [queries, key, value] = projected(params, h, heads);
  const all = seen
    ? { keys: concat([seen.keys, key], 1), values: concat([seen.values, value], 1) }
    : { keys: key, values: value };
  return { value: attended(params, h, queries, all, heads), seen: all };
}
