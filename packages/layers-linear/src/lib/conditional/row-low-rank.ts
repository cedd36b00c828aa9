import { normal } from '@diffeo/core';
import {
  add,
  concat,
  div,
  exp,
  expandDims,
  log,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import type { RowMatrices, RowMatrix } from './row-matrix.ts';

/** a·b along the channels, which stay as an axis of one. */
const dot = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), 2, true);

/**
 * W = D + Σ u_k·u_kᵀ with a positive diagonal D, whose log-scales stay within ±bound: positive definite, in channels·(1 + rank) numbers. One u after another is undone by
 * Sherman & Morrison's formula: with A_k the sum up to u_k, v_k = A_{k−1}⁻¹·u_k and α_k = 1 + u_k·v_k, which is at least 1,
 *
 *   A_k⁻¹·y = A_{k−1}⁻¹·y − v_k·(v_k·y)/α_k,  log det A_k = log det A_{k−1} + log α_k
 */
export const rowLowRank = (size: number, rank: number, bound: number): RowMatrix => ({
  count: size * (1 + rank),
  init: (seed) => concat([zeros([size]), mul(normal([size * rank], seed), 0.1 / Math.sqrt(size))]),
  build: (raw): RowMatrices => {
    const matrices = raw.shape[0] as number;
    const part = (k: number): Tensor => reshape(slice(raw, [0, k * size], [matrices, size]), [matrices, 1, size]);
    const logScale = mul(bound, tanh(div(part(0), bound)));
    const [scale, inverseScale] = [exp(logScale), exp(neg(logScale))];
    const directions = Array.from({ length: rank }, (_, k) => part(k + 1));
    const undone: { readonly v: Tensor; readonly alpha: Tensor }[] = [];
    const solve = (y: Tensor): Tensor =>
      undone.reduce((value, { v, alpha }) => sub(value, mul(v, div(dot(v, y), alpha))), mul(y, inverseScale));
    for (const u of directions) {
      const v = solve(u);
      undone.push({ v, alpha: add(1, dot(u, v)) });
    }
    const alphas = undone.map(({ alpha }) => log(alpha)).reduce((a, b) => add(a, b));
    return {
      times: (x) => directions.reduce((value, u) => add(value, mul(u, dot(u, x))), mul(x, scale)),
      solve,
      logDet: reshape(add(expandDims(sum(logScale, 2), 2), alphas), [matrices]),
    };
  },
});
