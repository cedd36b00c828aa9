import {
  add,
  cast,
  concat,
  cumsum,
  div,
  exp,
  expandDims,
  fill,
  greaterEqual,
  minimum,
  mul,
  softmax,
  softplus,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { along } from '../by-number.ts';
import { largestRawSlope, leastOf, rawOfSlopeOne, type SplineShape, slopeCount } from './spline-shape.ts';

/** All bins of each number's spline. */
export interface Bins {
  /** The softmax of the raw widths and heights, `[rows, size, bins]`. */
  readonly widthShares: Tensor;
  readonly heightShares: Tensor;
  /** `[rows, size, bins]`. They come from the softmax: differences of knots would lose a narrow bin's digits. */
  readonly widths: Tensor;
  readonly heights: Tensor;
  /** The raw slopes of which slopes are made, `[rows, size, slopes]`. */
  readonly rawSlopes: Tensor;
  /** At every knot, `[rows, size, bins + 1]`. */
  readonly slopes: Tensor;
}

/** The bin that a number lies in; everything but the two masks is `[rows, size]`. */
export interface Bin {
  /** 1 for the bin itself, 0 for the others, `[rows, size, bins]`. */
  readonly here: Tensor;
  /** 1 for the bins below it, `[rows, size, bins]`. */
  readonly below: Tensor;
  readonly x0: Tensor;
  readonly y0: Tensor;
  readonly width: Tensor;
  readonly height: Tensor;
  /** The slopes at its two knots, and height / width. */
  readonly d0: Tensor;
  readonly d1: Tensor;
  readonly s: Tensor;
}

/** md + softplus(u + c), which is 1 at u = 0, or eᵘ. */
function slopesOf(shape: SplineShape, raw: Tensor): Tensor {
  if (shape.softClip !== undefined) return exp(raw);
  const { slope } = leastOf(shape);
  return add(softplus(add(minimum(raw, largestRawSlope), rawOfSlopeOne(slope))), slope);
}

/** Bins of raw parameters `[rows, size, parameters]`: widths, heights, slopes, and perhaps others. */
export function binsOf(shape: SplineShape, raw: Tensor): Bins {
  const { bins, bound, tails } = shape;
  const [rows, size] = raw.shape as [number, number, number];
  const shares = (begin: number): Tensor => softmax(along(raw, begin, bins));
  const least = leastOf(shape);
  const sizes = (share: Tensor, floor: number): Tensor =>
    add(mul(share, 2 * bound * (1 - bins * floor)), 2 * bound * floor);
  const [widthShares, heightShares] = [shares(0), shares(bins)];
  const rawSlopes = along(raw, 2 * bins, slopeCount(shape));
  const own = slopesOf(shape, rawSlopes);
  const one = tails === 'linear' ? fill([rows, size, 1], 1) : null;
  const slopes = one ? concat([one, own, one], 2) : tails === 'circular' ? concat([own, along(own, 0, 1)], 2) : own;
  const [widths, heights] = [sizes(widthShares, least.width), sizes(heightShares, least.height)];
  return { widthShares, heightShares, widths, heights, rawSlopes, slopes };
}

/**
 * The bin of each number `v` `[rows, size]` of the interval, which is one of `side`. Only the inner knots are compared
 * with: what is rounded a little beyond the first or the last is in the first or the last bin.
 */
export function binOf({ bins, bound }: SplineShape, all: Bins, v: Tensor, side: 'widths' | 'heights'): Bin {
  const [rows, size] = v.shape as [number, number];
  const knots = sub(cumsum(along(all[side], 0, bins - 1), 2), bound);
  const beyond = cast(greaterEqual(expandDims(v, 2), knots), 'float32');
  const [first, last] = [fill([rows, size, 1], 1), fill([rows, size, 1], 0)];
  const below = concat([beyond, last], 2);
  const here = sub(concat([first, beyond], 2), below);
  const pick = (mask: Tensor, table: Tensor): Tensor => sum(mul(mask, table), 2);
  const [width, height] = [pick(here, all.widths), pick(here, all.heights)];
  return {
    ...{ here, below, width, height, s: div(height, width) },
    x0: sub(pick(below, all.widths), bound),
    y0: sub(pick(below, all.heights), bound),
    d0: pick(here, along(all.slopes, 0, bins)),
    d1: pick(here, along(all.slopes, 1, bins)),
  };
}
