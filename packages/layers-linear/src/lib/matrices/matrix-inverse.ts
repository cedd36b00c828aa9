import { openTapes, product, runDifferentiable, tidied } from '@diffeo/core/engine';
import {
  abs,
  add,
  argMax,
  cast,
  concat,
  div,
  eye,
  gather,
  less,
  log,
  max,
  maximum,
  mul,
  notEqual,
  ones,
  range,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  transpose,
  where,
} from '@tensorflow/tfjs-core';

/** What undoes a matrix. */
export interface MatrixInverse {
  /** W⁻¹, `[n, n]`. */
  readonly inverse: Tensor;
  /** log |det W|, a scalar, nats. */
  readonly logDet: Tensor;
}

/** In rows whose largest number is 1, a pivot nearer to zero than this is what rounding leaves of zero. */
const leastPivot = 2 ** -23;
/** Rows of nothing but smaller numbers are not scaled up to 1. */
const leastRow = 1e-20;

/** `[W | I]` on its way to a permutation of `[pivots | W⁻¹ times pivots]`. */
interface Elimination {
  /** `[n, 2n]` */
  readonly rows: Tensor;
  /** `[n, 1]`: 0 for the rows that a pivot was taken from, 1 for the others. */
  readonly free: Tensor;
}

/** What one column was cleared with. */
interface Cleared extends Elimination {
  /** The row that the pivot was taken from, int32 `[1]`. */
  readonly place: Tensor;
  /** `[1, 1]` */
  readonly pivot: Tensor;
}

/** Subtracts multiples of the row with the largest number of a column from all others, so that it alone is left there. */
const clearColumn = ({ rows, free }: Elimination, column: number, numbers: Tensor): Cleared =>
  tidied(() => {
    const size = numbers.shape[0] as number;
    const entries = slice(rows, [0, column], [size, 1]);
    // A free row of zeros comes before the rows that are not free.
    const place = argMax(mul(add(abs(entries), leastRow), free), 0) as Tensor1D;
    const row = gather(rows, place, 0);
    const found = slice(row, [0, column], [1, 1]);
    const pivot = where(less(abs(found), leastPivot), leastPivot, found);
    const others = cast(notEqual(numbers, place), 'float32');
    const multiples = div(mul(entries, others), pivot);
    return { rows: sub(rows, product(multiples, row)), free: mul(free, others), place, pivot };
  });

/**
 * Gauss & Jordan with the largest number of each column as its pivot (Golub & Van Loan 2013, §3.4), on rows scaled to a
 * largest number of 1, and one step of Newton (Schulz 1933): X + X·(I − W·X).
 */
function invert(matrix: Tensor): MatrixInverse {
  const size = matrix.shape[0] as number;
  const scale = maximum(max(abs(matrix), 1, true), leastRow);
  const numbers = reshape(range(0, size, 1, 'int32'), [size, 1]);
  let state: Elimination = { rows: concat([div(matrix, scale) as Tensor2D, eye(size)], 1), free: ones([size, 1]) };
  const places: Tensor1D[] = [];
  const pivots: Tensor2D[] = [];
  for (let column = 0; column < size; column++) {
    const cleared = clearColumn(state, column, numbers);
    // Disposed at once: all of them together would take 4n³ numbers.
    state.rows.dispose();
    state.free.dispose();
    state = cleared;
    places.push(cleared.place as Tensor1D);
    pivots.push(cleared.pivot as Tensor2D);
  }
  const [order, diagonal] = [concat(places, 0), concat(pivots, 0)];
  const scaled = div(gather(slice(state.rows, [0, size], [size, size]), order, 0), diagonal);
  const first = div(scaled, reshape(scale, [1, size]));
  return {
    inverse: add(first, product(first, sub(eye(size), product(matrix, first)))),
    logDet: sum(log(abs(mul(diagonal, gather(scale, order, 0))))),
  };
}

/**
 * W⁻¹ and log |det W| of a matrix `[n, n]`, on the device and in tensor operations alone: one node of the tape, which may be
 * differentiated any number of times. d log |det W| = W⁻ᵀ and dW⁻¹ = −W⁻¹·dW·W⁻¹.
 *
 * About 20·n small operations. A matrix that float32 cannot tell from a singular one gives large numbers, neither infinity
 * nor NaN, with gradients that lead away from there.
 */
export function matrixInverse(matrix: Tensor): MatrixInverse {
  // What is to be differentiated again depends on the matrix and not on a number that was kept.
  const again = openTapes() > 1;
  const [inverse, logDet] = runDifferentiable<{ readonly matrix: Tensor }, readonly [Tensor, Tensor]>({
    inputs: { matrix },
    forward: (_, save) => {
      const found = invert(matrix);
      save([again ? matrix : found.inverse]);
      return [found.inverse, found.logDet];
    },
    backward: ([dInverse, dLogDet], [kept]) => {
      const across = transpose(again ? matrixInverse(kept as Tensor).inverse : (kept as Tensor));
      return { matrix: sub(mul(across, dLogDet), product(across, product(dInverse, across))) };
    },
  });
  return { inverse, logDet };
}
