import {
  add,
  clipByValue,
  div,
  greaterEqual,
  log,
  mul,
  neg,
  relu,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import type { Bin } from './spline-bins.ts';

// One piece of a rational-quadratic spline (Durkan et al. 2019, "Neural spline flows", eq. 4–8), with t the place in the bin, s = h/w,
// q = t(1−t), e = d0 + d1 − 2s:
//   y = y0 + h·num/den,  num = s t² + d0 q,  den = s + e q
//   dy/dx = s² N/den²,   N = d1 t² + 2s q + d0 (1−t)²

/** What the value and the slope at a place are made of. */
export interface Piece {
  readonly t: Tensor;
  readonly q: Tensor;
  readonly e: Tensor;
  readonly num: Tensor;
  readonly den: Tensor;
  /** N. */
  readonly ends: Tensor;
}

/** The piece of `bin` at the place t. */
export function pieceAt({ s, d0, d1 }: Bin, t: Tensor): Piece {
  const rest = sub(1, t);
  const q = mul(t, rest);
  const e = sub(add(d0, d1), mul(s, 2));
  const squared = square(t);
  return {
    ...{ t, q, e, num: add(mul(s, squared), mul(d0, q)), den: add(s, mul(e, q)) },
    ends: add(add(mul(d1, squared), mul(mul(s, 2), q)), mul(d0, square(rest))),
  };
}

/** The place of x in its bin. */
export const placeOf = ({ x0, width }: Bin, x: Tensor): Tensor => clipByValue(div(sub(x, x0), width), 0, 1);

/**
 * The place at which y is reached: the root in [0, 1] of a t² + b t + c = 0 (eq. 6–8), in whichever of its two forms adds
 * numbers of one sign.
 */
export function placeReaching({ y0, height, d0, d1, s }: Bin, y: Tensor): Tensor {
  const above = sub(y, y0);
  const bent = mul(above, sub(add(d0, d1), mul(s, 2)));
  const a = add(mul(height, sub(s, d0)), bent);
  const b = sub(mul(height, d0), bent);
  const c = neg(mul(s, above));
  // A little above 0, where a root has a slope.
  const root = sqrt(add(relu(sub(square(b), mul(4, mul(a, c)))), 1e-30));
  const positive = greaterEqual(b, 0);
  const over = where(positive, mul(2, c), sub(root, b));
  return clipByValue(div(over, where(positive, neg(add(b, root)), mul(2, a))), 0, 1);
}

/** y at a place. */
export const valueAt = ({ y0, height }: Bin, { num, den }: Piece): Tensor => add(y0, div(mul(height, num), den));

/** log dy/dx at a place, by one logarithm: what it is taken of stays within 1e±15. */
export const logSlopeAt = ({ s }: Bin, { den, ends }: Piece): Tensor => log(mul(square(div(s, den)), ends));
