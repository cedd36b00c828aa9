import { leaf, normal } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import type { WeightMatrix } from '@diffeo/ops';
import {
  add,
  div,
  exp,
  expandDims,
  eye,
  mul,
  neg,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { matrixInverse } from './matrix-inverse.ts';

/** The parameters of a diagonal and a product of low rank. */
interface LowRankParams {
  /** `[channels]`. */
  readonly logScale: Tensor;
  /** U, `[channels, rank]`. */
  readonly factor: Tensor;
}

/**
 * W = D + U·Uᵀ with a positive diagonal D, whose log-scales stay within ±bound: positive definite, so that it always has an
 * inverse, in channels·(1 + rank) numbers. By the determinant lemma log |det W| = log |det D| + log |det C|, and by Woodbury's identity
 * W⁻¹ = D⁻¹ − D⁻¹·U·C⁻¹·Uᵀ·D⁻¹, where C = I + Uᵀ·D⁻¹·U is of the size of the rank and not below I.
 */
export function lowRankWeight(size: number, rank: number, bound: number): WeightMatrix<LowRankParams> {
  const partsOf = ({ logScale, factor }: LowRankParams) => {
    const scale = mul(bound, tanh(div(logScale, bound)));
    const scaled = mul(factor, expandDims(exp(neg(scale)), 1));
    const { inverse, logDet } = matrixInverse(add(eye(rank), product(transpose(factor), scaled)));
    return { scale, scaled, inverse, logDet: add(sum(scale), logDet) };
  };
  return {
    layout: { logScale: leaf([size], { role: 'scale' }), factor: leaf([size, rank]) },
    init: (seed) => ({ logScale: zeros([size]), factor: mul(normal([size, rank], seed), 0.1 / Math.sqrt(size)) }),
    direct: (params) => {
      const { scale, logDet } = partsOf(params);
      const diagonal = mul(eye(size), exp(scale));
      return { matrix: add(diagonal, product(params.factor, transpose(params.factor))), logDet };
    },
    inverted: (params) => {
      const { scale, scaled, inverse, logDet } = partsOf(params);
      const diagonal = mul(eye(size), exp(neg(scale)));
      return { matrix: sub(diagonal, product(product(scaled, inverse), transpose(scaled))), logDet: neg(logDet) };
    },
  };
}
