import { product } from '@diffeo/core/engine';
import { triangleMask } from '@diffeo/ops';
import {
  add,
  concat,
  div,
  exp,
  expandDims,
  matMul,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import type { RowMatrices, RowMatrix } from './row-matrix.ts';

type Triangle = 'lower' | 'upper';

/** Matrices `[rows, n, n]`, or one for all `[1, n, n]`, times vectors `[rows, positions, n]`. */
function multiplied(matrices: Tensor, x: Tensor): Tensor {
  const [rows, positions, size] = x.shape as [number, number, number];
  if (rows === 0 || matrices.shape[0] !== 1) return x.size === 0 ? x : matMul(x, matrices, false, true);
  const vectors = reshape(x, [rows * positions, size]);
  return reshape(product(vectors, transpose(reshape(matrices, [size, size]))), x.shape);
}

/** What solves triangles by substitution (Golub & Van Loan 2013, §3.1.3), a column at a time. `inverseScale`: of the diagonal; without it, ones. */
function substituted(strict: Tensor, y: Tensor, triangle: Triangle, inverseScale: Tensor | null): Tensor {
  const [rows, positions, size] = y.shape as [number, number, number];
  const matrices = strict.shape[0] as number;
  const found: Tensor[] = new Array(size);
  let rest = y;
  for (let step = 0; step < size; step++) {
    const i = triangle === 'lower' ? step : size - 1 - step;
    const entry = slice(rest, [0, 0, i], [rows, positions, 1]);
    const value = inverseScale ? mul(entry, slice(inverseScale, [0, 0, i], [matrices, 1, 1])) : entry;
    found[i] = value;
    const column = reshape(slice(strict, [0, 0, i], [matrices, size, 1]), [matrices, 1, size]);
    if (step < size - 1) rest = sub(rest, mul(value, column));
  }
  return concat(found, 2);
}

/** Raw squares as strict triangles and log-scales within ±bound: `[rows, n, n]` and `[rows, 1, n]`. */
function partsOf(raw: Tensor, size: number, bound: number) {
  const square = reshape(raw, [raw.shape[0] as number, size, size]);
  const strict = (part: Triangle): Tensor => mul(square, triangleMask(size, part));
  const diagonal = sum(mul(square, triangleMask(size, 'diagonal')), 2);
  const logScale = expandDims(mul(bound, tanh(div(diagonal, bound))), 1);
  return { strict, scale: exp(logScale), inverseScale: exp(neg(logScale)), logDet: sum(logScale, [1, 2]) };
}

/** Triangles with positive diagonals, whose log-scales stay within ±bound. */
export const rowTriangles = (size: number, triangle: Triangle, bound: number): RowMatrix => ({
  count: size * size,
  init: () => zeros([size * size]),
  build: (raw): RowMatrices => {
    const { strict, scale, inverseScale, logDet } = partsOf(raw, size, bound);
    const part = strict(triangle);
    return {
      times: (x) => add(mul(x, scale), multiplied(part, x)),
      solve: (y) => substituted(part, y, triangle, inverseScale),
      logDet,
    };
  },
});

/** W = L·U: L a lower triangle of ones on its diagonal, U an upper one with a positive diagonal, whose log-scales stay within ±bound. */
export const rowFactors = (size: number, bound: number): RowMatrix => ({
  count: size * size,
  init: () => zeros([size * size]),
  build: (raw): RowMatrices => {
    const { strict, scale, inverseScale, logDet } = partsOf(raw, size, bound);
    const [lower, upper] = [strict('lower'), strict('upper')];
    return {
      times: (x) => {
        const scaled = add(mul(x, scale), multiplied(upper, x));
        return add(scaled, multiplied(lower, scaled));
      },
      solve: (y) => substituted(upper, substituted(lower, y, 'lower', null), 'upper', inverseScale),
      logDet,
    };
  },
});
