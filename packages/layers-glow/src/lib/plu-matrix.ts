import { leaf } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { triangularInverse } from '@diffeo/ops';
import {
  add,
  cast,
  div,
  equal,
  exp,
  eye,
  mul,
  neg,
  range,
  reshape,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { identity, type PluParams, rotation } from './plu-params.ts';
import type { Start, WeightMatrix } from './weight-matrix.ts';

/** Ones where `keep(row, column)` holds, else zeros, row by row. */
const pattern = (size: number, keep: (row: number, column: number) => boolean): Float32Array =>
  Float32Array.from({ length: size * size }, (_, k) => (keep(Math.floor(k / size), k % size) ? 1 : 0));

/** The matrices that the parameters stand for. */
interface Matrices {
  readonly p: Tensor;
  readonly l: Tensor;
  readonly u: Tensor;
  /** Σ logScale, a scalar. */
  readonly logDet: Tensor;
}

/**
 * Makes the matrices on the device, with log-scales bound·tanh(a / bound) from the diagonal a of the factors. The masks are
 * kept on the host, as plain numbers.
 */
function matricesOf(size: number, bound: number): (params: PluParams) => Matrices {
  const onDiagonal = pattern(size, (row, column) => row === column);
  const below = pattern(size, (row, column) => row > column);
  const above = pattern(size, (row, column) => row < column);
  const square = (values: Float32Array): Tensor => tensor2d(values, [size, size]);
  return ({ permutation, sign, factors }) => {
    const diagonal = square(onDiagonal);
    const logScale = mul(tanh(div(sum(mul(factors, diagonal), 1), bound)), bound);
    return {
      p: cast(equal(reshape(range(0, size, 1, 'int32'), [size, 1]), reshape(permutation, [1, size])), 'float32'),
      l: add(mul(factors, square(below)), diagonal),
      u: add(mul(factors, square(above)), mul(diagonal, mul(sign, exp(logScale)))),
      logDet: sum(logScale),
    };
  };
}

/** W, as data is multiplied by it. */
const productOf = ({ p, l, u }: Matrices): Tensor => product(p, product(l, u));

/** W⁻¹ from the inverses of the triangles, and one step of Newton: X + X·(I − W·X), with W as {@link productOf} rounds it. */
function inverseOf(matrices: Matrices): Tensor {
  const { p, l, u } = matrices;
  const lower = triangularInverse(l, { triangle: 'lower', unitDiagonal: true });
  const upper = triangularInverse(u, { triangle: 'upper' });
  const first = product(upper, product(lower, transpose(p)));
  const size = p.shape[0] as number;
  return add(first, product(first, sub(eye(size), product(productOf(matrices), first))));
}

/** W = P·L·(U + diag(sign · exp(logScale))), with log-scales within ±bound and its log-determinant on the diagonal. */
export function pluMatrix(size: number, init: Start, bound: number): WeightMatrix<PluParams> {
  const expand = matricesOf(size, bound);
  return {
    layout: {
      permutation: leaf([size], { dtype: 'int32' }),
      sign: leaf([size], { trainable: false }),
      factors: leaf([size, size]),
    },
    init: (seed) => (init === 'rotation' ? rotation(size, seed, bound) : identity(size)),
    direct: (params) => {
      const matrices = expand(params);
      return { matrix: productOf(matrices), logDet: matrices.logDet };
    },
    inverted: (params) => {
      const matrices = expand(params);
      return { matrix: inverseOf(matrices), logDet: neg(matrices.logDet) };
    },
  };
}
