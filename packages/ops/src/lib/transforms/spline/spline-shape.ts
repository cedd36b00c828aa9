/** How a spline ends: as the identity beyond the bound, with slopes of its own there, or in itself, on a circle. */
export type SplineTails = 'linear' | 'bounded' | 'circular';

/** What a rational-quadratic spline is, whatever its parameters. */
export interface SplineShape {
  /** How many bins the interval has. */
  readonly bins: number;
  /** B: the interval is [−B, B]. */
  readonly bound: number;
  readonly tails: SplineTails;
  /** The least width and height of a bin, as shares of the interval, and the least slope at a knot. Default {@link least} each. */
  readonly leastWidth?: number | undefined;
  readonly leastHeight?: number | undefined;
  readonly leastSlope?: number | undefined;
  /** c: raw sizes and slopes are soft-clipped, and slopes exponentials; see `rationalQuadratic`. */
  readonly softClip?: number | undefined;
}

/** The least width and height of a bin, as a share of the interval, and the least slope at a knot, unless a shape says others. */
const least = 1e-3;

/** The least width, height and slope of a shape. */
export function leastOf({ leastWidth, leastHeight, leastSlope, softClip }: SplineShape) {
  const other = softClip === undefined ? least : 0;
  return { width: leastWidth ?? other, height: leastHeight ?? other, slope: leastSlope ?? other };
}

/** Whether a shape is one that kernels have: all but ends and sizes as it is by default. */
export function isPlain(shape: SplineShape): boolean {
  const { width, height, slope } = leastOf(shape);
  return width === least && height === least && slope === least && shape.softClip === undefined;
}

/** Raw slopes count up to here, so that slopes stay within 1e±3 as the ratios of heights to widths do. */
export const largestRawSlope = 1e3;

/** log(e^(1−least) − 1), for the least slope: a raw slope of 0 is a slope of 1. */
export const rawOfSlopeOne = (leastSlope: number): number => Math.log(Math.expm1(1 - leastSlope));

const slopeCounts = { linear: -1, bounded: 1, circular: 0 } as const;

/** How many slopes at knots are parameters. */
export const slopeCount = ({ bins, tails }: SplineShape): number => bins + slopeCounts[tails];

/** Widths, heights and slopes; on a circle a phase too. */
export const parameterCount = (shape: SplineShape): number =>
  2 * shape.bins + slopeCount(shape) + (shape.tails === 'circular' ? 1 : 0);
