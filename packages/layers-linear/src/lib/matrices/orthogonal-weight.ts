import { leaf, normal, type Seed } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import type { WeightMatrix } from '@diffeo/ops';
import { reflections } from '@diffeo/ops';
import {
  add,
  eye,
  maximum,
  mul,
  reshape,
  rsqrt,
  scalar,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Start } from './start.ts';

/** The parameters of a product of reflections. */
export interface ReflectionParams {
  /** `[reflections, channels]`: the normals of the mirrors, of any length. */
  readonly normals: Tensor;
}

/** The parameters of the exponential of a skew-symmetric matrix. */
interface ExponentialParams {
  /** A, `[channels, channels]`, of which A − Aᵀ counts. */
  readonly generator: Tensor;
}

/** The product of the reflections. */
export const reflected = ({ normals }: ReflectionParams): Tensor => reflections(normals);

/** Mirrors in equal pairs, which undo each other, or each of its own: a random rotation. */
export function initialNormals(reflections: number, size: number, init: Start, seed: Seed): Tensor {
  if (init === 'rotation') return normal([reflections, size], seed);
  const half = normal([reflections / 2, size], seed);
  return reshape(stack([half, half], 1), [reflections, size]);
}

/** What is orthogonal: the inverse is the transpose, and the log-determinant 0. */
function orthogonal<P>(
  layout: WeightMatrix<P>['layout'],
  init: WeightMatrix<P>['init'],
  matrix: (params: P) => Tensor,
): WeightMatrix<P> {
  return {
    layout,
    init,
    direct: (params) => ({ matrix: matrix(params), logDet: scalar(0) }),
    inverted: (params) => ({ matrix: transpose(matrix(params)), logDet: scalar(0) }),
  };
}

/** The one rotation of a line: the identity. */
export const still: WeightMatrix<Readonly<Record<string, never>>> = orthogonal(
  {},
  () => ({}),
  () => eye(1),
);

/** A product of an even number of Householder reflections (Tomczak & Welling 2016): a rotation. */
export const reflectionsWeight = (count: number, size: number, init: Start): WeightMatrix<ReflectionParams> =>
  orthogonal(
    { normals: leaf([count, size]) },
    (seed) => ({ normals: initialNormals(count, size, init, seed) }),
    reflected,
  );

/** How often the generator is halved before its series, and how far that goes: to rounding, up to this norm. */
const [halvings, terms, maxNorm] = [8, 12, 512];

/**
 * exp(A − Aᵀ) by its series after halving, squared as often, and one step towards the nearest rotation (Björck & Bowie 1971). A generator
 * of a larger norm counts as one of that norm, and still gives a rotation.
 */
function exponential({ generator }: ExponentialParams): Tensor {
  const size = generator.shape[0] as number;
  const skew = sub(generator, transpose(generator));
  const scale = rsqrt(maximum(sum(square(mul(skew, 1 / maxNorm))), 1));
  const small = mul(skew, mul(scale, 2 ** -halvings));
  let q = eye(size) as Tensor;
  for (let k = terms; k > 0; k--) q = add(eye(size), mul(product(small, q), 1 / k));
  for (let k = 0; k < halvings; k++) q = product(q, q);
  return product(q, sub(mul(eye(size), 1.5), mul(product(transpose(q), q), 0.5)));
}

/** exp(A − Aᵀ): every rotation, from the identity on. */
export const exponentialWeight = (size: number, init: Start): WeightMatrix<ExponentialParams> =>
  orthogonal(
    { generator: leaf([size, size]) },
    (seed) => ({
      generator: init === 'rotation' ? mul(normal([size, size], seed), 1 / Math.sqrt(size)) : zeros([size, size]),
    }),
    exponential,
  );
