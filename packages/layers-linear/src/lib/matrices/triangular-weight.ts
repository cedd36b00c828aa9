import { leaf, type Seed } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import type { WeightMatrix } from '@diffeo/ops';
import { triangleMask, triangularInverse } from '@diffeo/ops';
import { add, div, exp, eye, mul, neg, sum, type Tensor, tanh, transpose, zeros } from '@tensorflow/tfjs-core';
import { initialNormals, type ReflectionParams, reflected } from './orthogonal-weight.ts';
import type { Start } from './start.ts';

/** The parameters of a triangular matrix. */
interface TriangularParams {
  /** `[channels, channels]`: the triangle, and log-scales on the diagonal. The other triangle is not read. */
  readonly triangle: Tensor;
}

type Triangle = 'lower' | 'upper';

/** The triangle with exp(c·tanh(a/c)) on its diagonal, and the sum of those log-scales. */
function triangleOf({ triangle }: TriangularParams, part: Triangle, bound: number): { matrix: Tensor; logDet: Tensor } {
  const size = triangle.shape[0] as number;
  const identity = eye(size);
  const logScale = mul(bound, tanh(div(sum(mul(triangle, identity), 1), bound)));
  return {
    matrix: add(mul(triangle, triangleMask(size, part)), mul(identity, exp(logScale))),
    logDet: sum(logScale),
  };
}

/** A triangle with a positive diagonal, whose log-scales stay within ±bound. */
export const triangularWeight = (size: number, triangle: Triangle, bound: number): WeightMatrix<TriangularParams> => ({
  layout: { triangle: leaf([size, size]) },
  init: () => ({ triangle: zeros([size, size]) }),
  direct: (params) => triangleOf(params, triangle, bound),
  inverted: (params) => {
    const { matrix, logDet } = triangleOf(params, triangle, bound);
    return { matrix: triangularInverse(matrix, { triangle }), logDet: neg(logDet) };
  },
});

/** W = Q·R: a rotation by reflections, and an upper triangle (Hoogeboom et al. 2019, "Emerging convolutions", §3.2). */
export const qrWeight = (
  size: number,
  count: number,
  init: Start,
  bound: number,
): WeightMatrix<TriangularParams & ReflectionParams> => ({
  layout: { normals: leaf([count, size]), triangle: leaf([size, size]) },
  init: (seed: Seed) => ({ normals: initialNormals(count, size, init, seed), triangle: zeros([size, size]) }),
  direct: (params) => {
    const { matrix, logDet } = triangleOf(params, 'upper', bound);
    return { matrix: product(reflected(params), matrix), logDet };
  },
  inverted: (params) => {
    const { matrix, logDet } = triangleOf(params, 'upper', bound);
    const inverse = triangularInverse(matrix, { triangle: 'upper' });
    return { matrix: product(inverse, transpose(reflected(params))), logDet: neg(logDet) };
  },
});
