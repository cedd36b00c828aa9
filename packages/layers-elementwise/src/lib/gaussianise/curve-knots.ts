import { logNormalDensity, normalAbove, normalQuantileAbove } from '@diffeo/ops';
import type { KernelEstimate } from './kernel-estimate.ts';

/** A point of the curve that makes a distribution the standard normal, and the log of its slope. */
interface CurvePoint {
  readonly x: number;
  readonly z: number;
  readonly logSlope: number;
}

/** The knots of a curve. */
export interface CurveKnots {
  readonly x: Float64Array;
  readonly z: Float64Array;
  readonly slope: Float64Array;
}

/** The curve goes so far in z. */
const farthest = 5.5;
/** The curve is looked at in so many points at most, those far out apart. */
const maxPoints = 1200;
/** Neighbours are at least so far apart in z. */
const leastRise = 4e-3;
/** And so far in x, as a part of its size: float32 must tell places between them. */
const leastRun = 2 ** -13;
/** How much a stretch of z counts beside its share of the rows. */
const stretchWeight = 1e-3;

function pointAt(estimate: KernelEstimate, x: number): CurvePoint {
  const { below, above, density } = estimate.at(x);
  const z = below < above ? -normalQuantileAbove(below) : normalQuantileAbove(above);
  return { x, z, logSlope: Math.log(density) - logNormalDensity(z) };
}

/** Points along the whole curve: about each kernel, and far out at distances that double. */
function pointsOf(estimate: KernelEstimate): CurvePoint[] {
  const { centres, widths, centre, scale } = estimate;
  const near = 5 * centres.length;
  const stride = Math.max(1, Math.ceil(near / maxPoints));
  const places: number[] = [];
  for (let i = 0; i < centres.length; i += stride) {
    const [at, width] = [centres[i] as number, widths[i] as number];
    for (const step of [-3, -1, 0, 1, 3]) places.push(at + step * width);
  }
  const [first, last] = [centres[0] as number, centres.at(-1) as number];
  for (let away = 0.1; away < 1e5; away *= 1.3) places.push(first - away, last + away);
  // As float32 has them, in the units of the data.
  const round = (x: number): number => (Math.fround(centre + scale * x) - centre) / scale;
  const sorted = Float64Array.from(places, round).sort();
  const points: CurvePoint[] = [];
  const magnitude = Math.abs(centre / scale);
  for (const x of sorted) {
    const before = points.at(-1);
    // Some distance that float32 can tell.
    if (before && x - before.x < leastRun * Math.max(magnitude + Math.abs(x), 0.1)) continue;
    const point = pointAt(estimate, x);
    if (Math.abs(point.z) > farthest || (before && point.z - before.z < leastRise)) continue;
    points.push(point);
  }
  return points;
}

/** log dz/dx of the rational-quadratic piece between two points, at a place between them. */
function logSlopeBetween(a: CurvePoint, b: CurvePoint, x: number): number {
  const mean = (b.z - a.z) / (b.x - a.x);
  const [begin, end] = [Math.exp(a.logSlope) / mean, Math.exp(b.logSlope) / mean];
  const place = (x - a.x) / (b.x - a.x);
  const both = place * (1 - place);
  const numerator = end * place ** 2 + begin * (1 - place) ** 2 + 2 * both;
  return Math.log(mean) + Math.log(numerator) - 2 * Math.log(1 + (begin + end - 2) * both);
}

/** A stretch between two points of the list that are knots. */
interface Stretch {
  readonly begin: number;
  readonly end: number;
  /** By how much the piece misses the log-slopes between them, weighted by the rows there. */
  readonly error: number;
  /** The point that halves the error. */
  readonly middle: number;
}

function stretch(points: readonly CurvePoint[], begin: number, end: number): Stretch {
  const [a, b] = [points[begin] as CurvePoint, points[end] as CurvePoint];
  const errors: number[] = [];
  let error = 0;
  for (let i = begin + 1; i < end; i++) {
    const { x, z, logSlope } = points[i] as CurvePoint;
    const [before, after] = [(points[i - 1] as CurvePoint).z, (points[i + 1] as CurvePoint).z];
    const rows = Math.abs(normalAbove(before) - normalAbove(after)) / 2;
    const miss = Math.min(Math.abs(logSlopeBetween(a, b, x) - logSlope), 20);
    error += miss * (rows + stretchWeight * (after - before) * Math.exp((-z * z) / 8));
    errors.push(error);
  }
  const middle = errors.findIndex((sum) => sum >= error / 2);
  return { begin, end, error, middle: begin + 1 + Math.max(0, middle) };
}

/** The points that are taken for knots: always where pieces between those that there are miss most. */
function chosen(points: readonly CurvePoint[], count: number): readonly CurvePoint[] {
  const stretches = [stretch(points, 0, points.length - 1)];
  while (stretches.length < count - 1) {
    let worst = -1;
    for (const [i, { begin, end, error }] of stretches.entries()) {
      if (end - begin > 1 && (worst < 0 || error > (stretches[worst] as Stretch).error)) worst = i;
    }
    if (worst < 0) break;
    const { begin, end, middle } = stretches[worst] as Stretch;
    stretches.splice(worst, 1, stretch(points, begin, middle), stretch(points, middle, end));
  }
  const places = [0, ...stretches.map(({ end }) => end)].sort((a, b) => a - b);
  return places.map((place) => points[place] as CurvePoint);
}

/** The straight part beyond the last knot goes on as it is: knots there change nothing, and keep tables of one size. */
function filledUp(knots: readonly CurvePoint[], count: number): readonly CurvePoint[] {
  const filled = [...knots];
  const { logSlope, x: end } = filled.at(-1) as CurvePoint;
  for (let step = Math.max(1, Math.abs(end)); filled.length < count; step *= 1.5) {
    const { x, z } = filled.at(-1) as CurvePoint;
    filled.push({ x: x + step, z: z + step * Math.exp(logSlope), logSlope });
  }
  return filled;
}

/**
 * So many knots of the curve z(x) = Φ⁻¹(F(x)) that makes an estimated distribution the standard normal, in the units of the data: where the
 * rational-quadratic pieces between them need them most.
 */
export function curveKnots(estimate: KernelEstimate, count: number): CurveKnots {
  const { centre, scale } = estimate;
  const knots = filledUp(chosen(pointsOf(estimate), count), count);
  return {
    x: Float64Array.from(knots, ({ x }) => centre + scale * x),
    z: Float64Array.from(knots, ({ z }) => z),
    slope: Float64Array.from(knots, ({ logSlope }) => Math.exp(logSlope) / scale),
  };
}
