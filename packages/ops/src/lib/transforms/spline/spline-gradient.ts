import {
  add,
  concat,
  div,
  exp,
  expandDims,
  less,
  mul,
  neg,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { along } from '../by-number.ts';
import type { Bin, Bins } from './spline-bins.ts';
import type { Piece } from './spline-piece.ts';
import { largestRawSlope, leastOf, rawOfSlopeOne, type SplineShape } from './spline-shape.ts';

/** The gradients of the value y and of l = log dy/dx; both are 0 for numbers outside the interval. */
export interface SplineCotangents {
  readonly gy: Tensor;
  readonly gl: Tensor;
}

/** dl/dt, the width held. */
export function logSlopeByPlace({ s, d0, d1 }: Bin, { t, e, den, ends }: Piece): Tensor {
  const slant = sub(1, mul(2, t));
  const bent = add(sub(mul(d1, t), mul(d0, sub(1, t))), mul(s, slant));
  return sub(mul(2, div(bent, ends)), mul(2, div(mul(e, slant), den)));
}

/** The gradients by what one piece is made of: its place, slopes, width and height. */
function byPiece(bin: Bin, piece: Piece, { gy, gl }: SplineCotangents) {
  const { width, height, s } = bin;
  const { t, q, num, den, ends } = piece;
  const slant = sub(1, mul(2, q));
  const dy = div(mul(gy, height), square(den));
  const overEnds = div(gl, ends);
  const overDen = mul(2, div(gl, den));
  const gt = add(mul(dy, mul(s, ends)), mul(gl, logSlopeByPlace(bin, piece)));
  const gs = add(
    mul(dy, sub(mul(square(t), den), mul(num, slant))),
    sub(mul(2, add(div(gl, s), mul(q, overEnds))), mul(slant, overDen)),
  );
  const curved = mul(q, overDen);
  const g0 = add(mul(dy, mul(q, sub(den, num))), sub(mul(square(sub(1, t)), overEnds), curved));
  const g1 = sub(sub(mul(square(t), overEnds), curved), mul(dy, mul(q, num)));
  const belowWidth = neg(div(gt, width));
  const byWidth = neg(div(add(mul(gt, t), mul(gs, s)), width));
  const byHeight = add(div(mul(gy, num), den), div(gs, width));
  return { belowWidth, byWidth, byHeight, g0, g1 };
}

/** From the gradients by a bin's own size and by those of the bins below it, that of all raw sizes: the way back through softmax. */
function toRawSizes(
  { bins, bound }: SplineShape,
  { here, below }: Bin,
  shares: Tensor,
  least: number,
  own: Tensor,
  before: Tensor,
): Tensor {
  const bySize = add(mul(here, expandDims(own, 2)), mul(below, expandDims(before, 2)));
  const mean = sum(mul(shares, bySize), 2, true);
  return mul(2 * bound * (1 - bins * least), mul(shares, sub(bySize, mean)));
}

/** From the gradients by the slopes at all knots, that of the raw ones. */
function toRawSlopes(shape: SplineShape, { rawSlopes }: Bins, bySlope: Tensor): Tensor {
  const { bins, tails, softClip } = shape;
  const [rows, size] = bySlope.shape as [number, number, number];
  const added = () => {
    const around = along(bySlope, bins, 1);
    const others = zeros([rows, size, bins - 1]);
    return add(along(bySlope, 0, bins), concat([around, others], 2));
  };
  const own = { linear: () => along(bySlope, 1, bins - 1), bounded: () => bySlope, circular: added }[tails]();
  if (softClip !== undefined) return mul(own, exp(rawSlopes));
  const slope = mul(own, sigmoid(add(rawSlopes, rawOfSlopeOne(leastOf(shape).slope))));
  return where(less(rawSlopes, largestRawSlope), slope, zerosLike(slope));
}

/** The gradient by the raw widths, heights and slopes, `[rows, size, parameters]`; no step of it divides by what may vanish. */
export function splineGradient(
  shape: SplineShape,
  all: Bins,
  bin: Bin,
  piece: Piece,
  cotangents: SplineCotangents,
): Tensor {
  const { belowWidth, byWidth, byHeight, g0, g1 } = byPiece(bin, piece, cotangents);
  const { here } = bin;
  const least = leastOf(shape);
  const [rows, size] = g0.shape as [number, number];
  const edge = zeros([rows, size, 1]);
  const bySlope = add(concat([mul(here, expandDims(g0, 2)), edge], 2), concat([edge, mul(here, expandDims(g1, 2))], 2));
  return concat(
    [
      toRawSizes(shape, bin, all.widthShares, least.width, byWidth, belowWidth),
      toRawSizes(shape, bin, all.heightShares, least.height, byHeight, cotangents.gy),
      toRawSlopes(shape, all, bySlope),
    ],
    2,
  );
}
