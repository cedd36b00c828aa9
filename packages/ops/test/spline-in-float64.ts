// Rational-quadratic splines in float64, one number at a time, written without the code of this package: knots as a list, the
// bin by a search, the way back by bisection. Slopes are by the chain rule of the fraction, not by the formula of its derivative.

export interface Spline {
  readonly bins: number;
  readonly bound: number;
  readonly tails: 'linear' | 'bounded' | 'circular';
  readonly leastWidth?: number;
  readonly leastHeight?: number;
  readonly leastSlope?: number;
  readonly softClip?: number;
}

function cumulative(
  given: readonly number[],
  bound: number,
  minimum: number,
  clip = Number.POSITIVE_INFINITY,
): number[] {
  const raw = given.map((u) => u / (1 + Math.abs((2 * u) / clip)));
  const top = Math.max(...raw);
  const weights = raw.map((u) => Math.exp(u - top));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const knots = [-bound];
  for (const w of weights) {
    knots.push((knots.at(-1) as number) + 2 * bound * (minimum + (1 - minimum * raw.length) * (w / total)));
  }
  return knots;
}

/** The knots and the slopes there of raw parameters in order. */
export function knotsOf(spline: Spline, raw: readonly number[]) {
  const { bins, bound, tails, softClip } = spline;
  const other = softClip === undefined ? 1e-3 : 0;
  const { leastWidth = other, leastHeight = other, leastSlope: minimum = other } = spline;
  const slope = (u: number) => {
    if (softClip !== undefined) return Math.exp(u / (1 + Math.abs(u / softClip)));
    const v = Math.min(u, 1000) + Math.log(Math.expm1(1 - minimum));
    return minimum + Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
  };
  const given = raw.slice(2 * bins, 3 * bins + (tails === 'bounded' ? 1 : tails === 'linear' ? -1 : 0)).map(slope);
  const slopes =
    tails === 'linear' ? [1, ...given, 1] : tails === 'circular' ? [...given, given[0] as number] : [...given];
  const x = cumulative(raw.slice(0, bins), bound, leastWidth, softClip);
  return { x, y: cumulative(raw.slice(bins, 2 * bins), bound, leastHeight, softClip), slopes };
}

const wrapped = (x: number, bound: number): number => x - 2 * bound * Math.floor((x + bound) / (2 * bound));

/** Data → base: the value and the log-slope. */
export function splineInFloat64(
  spline: Spline,
  raw: readonly number[],
  given: number,
): { value: number; logSlope: number } {
  const { bins, bound, tails } = spline;
  const x = tails === 'circular' ? wrapped(given + (raw.at(-1) as number), bound) : given;
  if (Math.abs(x) > bound) return { value: x, logSlope: 0 };
  const knots = knotsOf(spline, raw);
  let k = 0;
  while (k < bins - 1 && x >= (knots.x[k + 1] as number)) k++;
  const [x0, x1] = [knots.x[k] as number, knots.x[k + 1] as number];
  const [y0, y1] = [knots.y[k] as number, knots.y[k + 1] as number];
  const [d0, d1] = [knots.slopes[k] as number, knots.slopes[k + 1] as number];
  const s = (y1 - y0) / (x1 - x0);
  const t = Math.min(Math.max((x - x0) / (x1 - x0), 0), 1);
  // y = y0 + (y1 − y0)·P/Q, dy/dt by the rule of quotients.
  const p = s * t * t + d0 * t * (1 - t);
  const q = s + (d0 + d1 - 2 * s) * t * (1 - t);
  const dp = 2 * s * t + d0 * (1 - 2 * t);
  const dq = (d0 + d1 - 2 * s) * (1 - 2 * t);
  const slope = (((y1 - y0) / (x1 - x0)) * (dp * q - p * dq)) / (q * q);
  return { value: y0 + ((y1 - y0) * p) / q, logSlope: Math.log(slope) };
}

/** Base → data, by bisection of the other direction without its phase. */
export function inverseInFloat64(
  spline: Spline,
  raw: readonly number[],
  given: number,
): { value: number; logSlope: number } {
  const { bound, tails } = spline;
  const phase = tails === 'circular' ? (raw.at(-1) as number) : 0;
  const y = tails === 'circular' ? wrapped(given, bound) : given;
  if (Math.abs(y) > bound) return { value: y, logSlope: 0 };
  const still = tails === 'circular' ? [...raw.slice(0, -1), 0] : raw;
  let [low, high] = [-bound, bound];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    // At the bound a circle begins again.
    if (middle < bound && splineInFloat64(spline, still, middle).value < y) low = middle;
    else high = middle;
  }
  const x = (low + high) / 2;
  const { logSlope } = splineInFloat64(spline, still, Math.min(x, bound * (1 - 1e-15)));
  return { value: tails === 'circular' ? wrapped(x - phase, bound) : x, logSlope: -logSlope };
}
