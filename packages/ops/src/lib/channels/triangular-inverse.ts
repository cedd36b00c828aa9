import { DiffeoError } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { concat, div, mul, neg, slice, sub, sum, type Tensor, tensor2d, transpose, zeros } from '@tensorflow/tfjs-core';

export interface TriangularInverseOptions {
  /** Which triangle of the matrix to read. The other one is multiplied by zero, so it need not be cleared. */
  readonly triangle: 'lower' | 'upper';
  /** Take the diagonal as ones, whatever it holds. Default false. */
  readonly unitDiagonal?: boolean;
}

/** Above this size a matrix is cut in halves; up to it, blocks grow inside whole matrices, which takes fewer operations. */
const largestWhole = 64;

/** A `[size, size]` matrix of ones where `keep(row, column)` holds, else zeros. */
function mask(size: number, keep: (row: number, column: number) => boolean): Tensor {
  const values = new Float32Array(size * size);
  for (let k = 0; k < values.length; k++) if (keep(Math.floor(k / size), k % size)) values[k] = 1;
  return tensor2d(values, [size, size]);
}

/**
 * With X the inverse of the diagonal blocks of size s and C the blocks that complete them to size 2s,
 * X − X·C·X is the inverse of the diagonal blocks of size 2s: all halves of one size at once.
 */
function wholeInverse(matrix: Tensor, size: number, unitDiagonal: boolean): Tensor {
  const eye = mask(size, (row, column) => row === column);
  let inverse = unitDiagonal ? eye : mul(eye, div(1, sum(mul(matrix, eye), 1)));
  for (let block = 1; block < size; block *= 2) {
    const place = (index: number): number => Math.floor(index / block);
    const completing = mask(size, (row, column) => place(row) % 2 === 1 && place(column) === place(row) - 1);
    inverse = sub(inverse, product(product(inverse, mul(matrix, completing)), inverse));
  }
  return inverse;
}

/** [[A, 0], [C, D]]⁻¹ = [[A⁻¹, 0], [−D⁻¹·C·A⁻¹, D⁻¹]]. */
function lowerInverse(matrix: Tensor, size: number, unitDiagonal: boolean): Tensor {
  if (size <= largestWhole) return wholeInverse(matrix, size, unitDiagonal);
  const first = Math.ceil(size / 2);
  const rest = size - first;
  const above = lowerInverse(slice(matrix, [0, 0], [first, first]), first, unitDiagonal);
  const below = lowerInverse(slice(matrix, [first, first], [rest, rest]), rest, unitDiagonal);
  const corner = neg(product(product(below, slice(matrix, [first, 0], [rest, first])), above));
  return concat([concat([above, zeros([first, rest])], 1), concat([corner, below], 1)], 0);
}

/**
 * The inverse of a triangular matrix `[n, n]`, by recursive halves: tensor operations alone, on any backend,
 * differentiable any number of times. About 4·log₂ n operations up to n = 64.
 *
 * For the factors of a random rotation T·X = I holds to 1e-6 at 48 columns and to 1e-5 at 192. The shorter product
 * ∏ (I + (−N)^(2ʲ)) is not used: the powers of N grow and cancel, which costs one digit more at 48 and all at 192.
 *
 * A zero on the diagonal gives an infinite inverse.
 *
 * @throws DiffeoError `SHAPE` unless the matrix is square.
 */
export function triangularInverse(
  matrix: Tensor,
  { triangle, unitDiagonal = false }: TriangularInverseOptions,
): Tensor {
  const [rows, columns] = matrix.shape;
  if (matrix.rank !== 2 || rows !== columns) {
    throw new DiffeoError('SHAPE', `a triangular inverse needs a square matrix; got [${matrix.shape.join(', ')}]`);
  }
  return triangle === 'lower'
    ? lowerInverse(matrix, rows as number, unitDiagonal)
    : transpose(lowerInverse(transpose(matrix), rows as number, unitDiagonal));
}
