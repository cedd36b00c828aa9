import type { StackLayer } from '@diffeo/core';
import { denseStack } from '@diffeo/ops';
import { add, concat, matMul, mul, reshape, softmax, split, type Tensor } from '@tensorflow/tfjs-core';

/** The parameters of self-attention: `width` numbers to queries, keys and values of all heads, and their results back to `width`. */
export interface AttentionParams {
  readonly project: StackLayer;
  readonly gather: StackLayer;
}

/** Of the positions seen so far, `[batch, positions, width]` each: all heads side by side. */
export interface KeysAndValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

const linear = { activation: 'relu', residual: false } as const;

/** A linear layer at every position of `h` `[batch, positions, width]`. */
function everywhere(layer: StackLayer, h: Tensor): Tensor {
  const [batch, positions, width] = h.shape as [number, number, number];
  const rows = denseStack(reshape(h, [batch * positions, width]), [layer], linear);
  return reshape(rows, [batch, positions, rows.shape[1] as number]);
}

/** Queries, keys and values of `h`, `[batch, positions, width]` each. */
const projected = ({ project }: AttentionParams, h: Tensor): readonly [Tensor, Tensor, Tensor] =>
  split(everywhere(project, h), 3, 2) as [Tensor, Tensor, Tensor];

/**
 * What queries are given by the values of all that their keys may fit; `mask` is added to how well. One head at a time, by splits
 * of the last axis, which copy whole rows: on the WASM backend a transpose that gathers all heads takes twice as long as all the rest.
 */
function attended(
  { gather }: AttentionParams,
  queries: Tensor,
  { keys, values }: KeysAndValues,
  heads: number,
  mask?: Tensor,
): Tensor {
  const size = (queries.shape[2] as number) / heads;
  const [q, k, v] = [mul(queries, 1 / Math.sqrt(size)), keys, values].map((all) => split(all, heads, 2));
  const found = Array.from({ length: heads }, (_, head) => {
    const fits = matMul(q?.[head] as Tensor, k?.[head] as Tensor, false, true);
    return matMul(softmax(mask ? add(fits, mask) : fits), v?.[head] as Tensor);
  });
  return everywhere(gather, concat(found, 2));
}

/**
 * Self-attention with several heads (Vaswani et al. 2017, eq. 1 and §3.2.2): every position is given the values of all positions, weighed by how its query fits their keys.
 * `h`: `[batch, positions, width]`; the same is returned.
 *
 * @param mask `[positions, positions]`, added to how the query of a row fits the key of a column: 0, or −1e9 where it may not look
 */
export function selfAttention(params: AttentionParams, h: Tensor, heads: number, mask?: Tensor): Tensor {
  const [queries, keys, values] = projected(params, h);
  return attended(params, queries, { keys, values }, heads, mask);
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
  const [queries, key, value] = projected(params, h);
  const all = seen
    ? { keys: concat([seen.keys, key], 1), values: concat([seen.values, value], 1) }
    : { keys: key, values: value };
  return { value: attended(params, queries, all, heads), seen: all };
}
