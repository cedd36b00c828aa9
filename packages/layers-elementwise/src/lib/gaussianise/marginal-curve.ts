import { DiffeoError } from '@diffeo/core';
import { type CurveKnots, curveKnots } from './curve-knots.ts';
import { kernelEstimate } from './kernel-estimate.ts';

/** The curve that makes one column the standard normal, as {@link gaussianise} has it, on the host: knots, and dz/dx at each. */
export type MarginalCurve = CurveKnots;

/** Of more numbers, so many at equal shares are looked at. */
const maxNumbers = 2 ** 16;

/** How a curve is estimated. */
export interface MarginalCurveOptions {
  /** Default 65. */
  readonly knots?: number;
  /** The share of the wide normal that tells what lies outside the numbers. Default that of `gaussianise()`, 0.02. */
  readonly wide?: number;
}

/**
 * The curve of one column's numbers, in any order.
 *
 * @throws DiffeoError `DATA` where there are none, or not all are finite.
 */
export function marginalCurve(
  numbers: ArrayLike<number>,
  { knots = 65, wide }: MarginalCurveOptions = {},
): MarginalCurve {
  const sorted = Float64Array.from(numbers).sort();
  if (sorted.length === 0 || !sorted.every(Number.isFinite)) {
    throw new DiffeoError('DATA', 'marginalCurve takes the numbers of a column, at least one, all finite');
  }
  const kept = Math.min(sorted.length, maxNumbers);
  const some = Float64Array.from(
    { length: kept },
    (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / kept)] as number,
  );
  return curveKnots(kernelEstimate(some, sorted.length, wide), knots);
}

/** The place of the last knot that is not above a number, never that of the last. */
function pieceOf(knots: Float64Array, value: number): number {
  let [low, high] = [0, knots.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value >= (knots[middle] as number)) low = middle;
    else high = middle;
  }
  return low;
}

/** x → z and log dz/dx there. The pieces are those of `alongCurve`, which has the formulas. */
export function alongMarginal(
  { x: knots, z, slope }: MarginalCurve,
  x: number,
): { readonly value: number; readonly logSlope: number } {
  const last = knots.length - 1;
  const [first, end] = [knots[0] as number, knots[last] as number];
  if (x <= first) {
    const steep = slope[0] as number;
    return { value: (z[0] as number) + (x - first) * steep, logSlope: Math.log(steep) };
  }
  if (x >= end) {
    const steep = slope[last] as number;
    return { value: (z[last] as number) + (x - end) * steep, logSlope: Math.log(steep) };
  }
  const i = pieceOf(knots, x);
  const [left, bottom] = [knots[i] as number, z[i] as number];
  const [width, height] = [(knots[i + 1] as number) - left, (z[i + 1] as number) - bottom];
  const mean = height / width;
  const [begin, after] = [(slope[i] as number) / mean, (slope[i + 1] as number) / mean];
  const place = (x - left) / width;
  const rest = 1 - place;
  const both = place * rest;
  const bent = 1 + (begin + after - 2) * both;
  const rise = after * place * place + begin * rest * rest + 2 * both;
  return {
    value: bottom + (height * (place * place + begin * both)) / bent,
    logSlope: Math.log(mean) + Math.log(rise) - 2 * Math.log(bent),
  };
}

/** z → x. */
export function backAlongMarginal({ x: knots, z: heights, slope }: MarginalCurve, z: number): number {
  const last = heights.length - 1;
  const [first, end] = [heights[0] as number, heights[last] as number];
  if (z <= first) return (knots[0] as number) + (z - first) / (slope[0] as number);
  if (z >= end) return (knots[last] as number) + (z - end) / (slope[last] as number);
  const i = pieceOf(heights, z);
  const [left, bottom] = [knots[i] as number, heights[i] as number];
  const [width, height] = [(knots[i + 1] as number) - left, (heights[i + 1] as number) - bottom];
  const mean = height / width;
  const [begin, after] = [(slope[i] as number) / mean, (slope[i + 1] as number) / mean];
  const part = (z - bottom) / height;
  const bent = part * (begin + after - 2);
  const [a, b] = [1 - begin + bent, begin - bent];
  return left + (width * 2 * part) / (b + Math.sqrt(Math.max(b * b + 4 * a * part, 1e-30)));
}
