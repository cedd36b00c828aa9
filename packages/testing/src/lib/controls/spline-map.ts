import { type Bijector, leaf, type Shape } from '@diffeo/core';
import {
  add,
  cast,
  clipByValue,
  concat,
  cumsum,
  div,
  expandDims,
  fill,
  greaterEqual,
  less,
  log,
  logicalAnd,
  mul,
  neg,
  pad,
  relu,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';

interface SplineParams {
  /** `[dimensions, bins]` */
  readonly widths: Tensor;
  /** `[dimensions, bins]` */
  readonly heights: Tensor;
  /** `[dimensions, bins − 1]` */
  readonly slopes: Tensor;
}

/** The pieces of a spline, each `[dimensions, bins]`: left edge, width and slope at both ends, on both sides. */
interface Pieces {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly width: Tensor;
  readonly height: Tensor;
  readonly left: Tensor;
  readonly right: Tensor;
}

/** How a spline is cut into pieces, and what is wrong with it, if anything. */
export interface SplineOptions {
  readonly bins?: number;
  /** It is the identity outside of [−reach, reach]. */
  readonly reach?: number;
  /** What is done to the pieces: a wrong gradient, say. */
  readonly change?: (pieces: Pieces) => Pieces;
}

/** The smallest width, height and slope. */
const least = 1e-3;

/**
 * The rational-quadratic spline of Durkan et al. 2019 (eq. 4 to 8) on each number of a vector, as a sound layer whose
 * log-slope has kinks. With s = h/w and the place ξ in a piece, data to base is
 *
 *   z = y + h (s ξ² + l ξ(1−ξ)) / (s + (l + r − 2s) ξ(1−ξ)),
 *   dz/dx = s² (r ξ² + 2s ξ(1−ξ) + l (1−ξ)²) / (s + (l + r − 2s) ξ(1−ξ))²
 */
export function splineMap(eventShape: Shape, { bins = 8, reach = 3, change = (p) => p }: SplineOptions = {}) {
  const [dimensions] = eventShape as readonly [number];
  const sizes = (raw: Tensor): Tensor => mul(add(mul(softmax(raw), 1 - least * bins), least), 2 * reach);
  const edges = (size: Tensor): Tensor => sub(cumsum(size, 1, true), reach);
  const zeroSlope = Math.log(Math.expm1(1 - least)); // at a raw 0 the slope is 1

  function piecesOf({ widths, heights, slopes }: SplineParams): Pieces {
    const [width, height] = [sizes(widths), sizes(heights)];
    const inner = add(softplus(add(slopes, zeroSlope)), least);
    const one = fill([dimensions, 1], 1);
    const [left, right] = [concat([one, inner], 1), concat([inner, one], 1)];
    return change({ x: edges(width), y: edges(height), width, height, left, right });
  }

  /** For each number of a batch, the piece that it lies in: every table as `[batch, dimensions]`. */
  function pieceOf(pieces: Pieces, v: Tensor, side: 'x' | 'y'): Pieces {
    const beyond = cast(greaterEqual(expandDims(v, 2), expandDims(pieces[side], 0)), 'float32');
    const [batch] = v.shape as [number];
    const next = pad(slice(beyond, [0, 0, 1], [batch, dimensions, bins - 1]), [
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
    const here = sub(beyond, next);
    const entries = Object.entries(pieces).map(([name, table]) => [name, sum(mul(here, expandDims(table, 0)), 2)]);
    return Object.fromEntries(entries) as unknown as Pieces;
  }

  /** What the piece makes of the place ξ in it, and log dz/dx there. */
  function at({ y, width, height, left, right }: Pieces, place: Tensor) {
    const s = div(height, width);
    const both = mul(place, sub(1, place));
    const denominator = add(s, mul(sub(add(left, right), mul(s, 2)), both));
    const value = add(y, div(mul(height, add(mul(s, square(place)), mul(left, both))), denominator));
    const ends = add(mul(right, square(place)), mul(left, square(sub(1, place))));
    const logSlope = sub(add(mul(log(s), 2), log(add(ends, mul(mul(s, 2), both)))), mul(log(denominator), 2));
    return { value, logSlope };
  }

  const inside = (v: Tensor): Tensor => logicalAnd(greaterEqual(v, -reach), less(v, reach));
  const clipped = (v: Tensor): Tensor => clipByValue(v, -reach, reach * (1 - 1e-6));

  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: {
      widths: leaf([dimensions, bins]),
      heights: leaf([dimensions, bins]),
      slopes: leaf([dimensions, bins - 1]),
    },
    init: () => ({
      widths: zeros([dimensions, bins]),
      heights: zeros([dimensions, bins]),
      slopes: zeros([dimensions, bins - 1]),
    }),
    inverse: (params, x) => {
      const v = clipped(x);
      const piece = pieceOf(piecesOf(params), v, 'x');
      const { value, logSlope } = at(piece, div(sub(v, piece.x), piece.width));
      return { value: where(inside(x), value, x), logDet: sum(where(inside(x), logSlope, zerosLike(x)), 1) };
    },
    forward: (params, z) => {
      const v = clipped(z);
      const piece = pieceOf(piecesOf(params), v, 'y');
      const { height, left, right } = piece;
      const s = div(height, piece.width);
      // The root of a ξ² + b ξ + c = 0 that lies in [0, 1] (eq. 6 to 8).
      const [above, bent] = [sub(v, piece.y), sub(add(left, right), mul(s, 2))];
      const a = add(mul(height, sub(s, left)), mul(above, bent));
      const b = sub(mul(height, left), mul(above, bent));
      const c = neg(mul(s, above));
      const root = sqrt(add(relu(sub(square(b), mul(mul(a, c), 4))), 1e-20));
      const place = div(mul(c, 2), sub(neg(b), root));
      const value = add(piece.x, mul(place, piece.width));
      const { logSlope } = at(piece, place);
      return { value: where(inside(z), value, z), logDet: neg(sum(where(inside(z), logSlope, zerosLike(z)), 1)) };
    },
  } satisfies Bijector<SplineParams>;
}

/** Where the log-slope of number `index` has kinks: at the knots between its pieces, and at both ends. */
export function splineKinks({ bins = 8, reach = 3 }: SplineOptions) {
  return (params: ReadonlyMap<string, Float64Array>, index: number): readonly number[] => {
    const raw = [...(params.get('widths') ?? [])].slice(index * bins, (index + 1) * bins).map(Math.exp);
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    const knots = [-reach];
    for (const weight of raw)
      knots.push((knots.at(-1) as number) + 2 * reach * ((weight / total) * (1 - least * bins) + least));
    return knots;
  };
}
