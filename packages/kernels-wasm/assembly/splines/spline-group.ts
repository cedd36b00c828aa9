import { fma } from '../simd/fma';
import { largestRawSlope, leastSlope, minusOne, one, rawOfSlopeOne, two } from '../simd/math-constants';
import { exp, log } from '../simd/vector-math';
import { binAt, heightAt, placeAt, sigmoidsAt, slopesAt, widthAt, xAt, yAt } from './spline-shape';

/** e^(u − the largest) of `bins` logits, written one after another; returns one over their sum. */
function exponentials(raw: usize, step: usize, bins: usize, to: usize): v128 {
  let top = v128.load(raw);
  for (let k: usize = 1; k < bins; k++) top = f32x4.pmax(top, v128.load(raw + k * step));
  let sum = f32x4.splat(0);
  let from = raw;
  const end = to + 16 * bins;
  for (let at = to; at < end; at += 16) {
    const e = exp(f32x4.sub(v128.load(from), top));
    sum = f32x4.add(sum, e);
    v128.store(at, e);
    from += step;
  }
  return f32x4.div(one, sum);
}

/** The slopes at a bin's two knots from the raw ones, in place, and their derivatives by these beside them. */
function finishSlopes(slopes: usize): void {
  for (let at = slopes; at < slopes + 32; at += 16) {
    const raw = v128.load(at);
    const u = f32x4.add(f32x4.pmin(raw, largestRawSlope), rawOfSlopeOne);
    const z = exp(f32x4.neg(f32x4.abs(u)));
    const under = f32x4.add(one, z);
    const positive = f32x4.gt(u, f32x4.splat(0));
    v128.store(at, f32x4.add(f32x4.add(leastSlope, v128.and(u, positive)), log(under)));
    const sigmoid = f32x4.div(v128.bitselect(one, z, positive), under);
    v128.store(at, v128.and(sigmoid, f32x4.lt(raw, largestRawSlope)), sigmoidsAt - slopesAt);
  }
}

/**
 * Maps four numbers, each by a spline of its own, and saves what the gradient needs; returns the values, and writes the
 * log-slopes of the spline, also where it is solved for.
 *
 * @param raw parameter k of the four stands at `raw + k·step`
 * @param solves whether numbers are of the spline's own side, and where it reaches them is asked
 */
export function splineGroup(
  raw: usize,
  step: usize,
  x: v128,
  bins: usize,
  bound: f32,
  fixedEnds: bool,
  solves: bool,
  saved: usize,
  logSlopes: usize,
): v128 {
  const inside = f32x4.le(f32x4.abs(x), f32x4.splat(bound));
  const v = v128.and(x, inside);
  const heights: usize = 16 * bins;
  const overWidths = exponentials(raw, step, bins, saved);
  const overHeights = exponentials(raw + bins * step, step, bins, saved + heights);

  const least = f32x4.splat(2e-3 * bound);
  const scale = f32x4.splat(2 * bound * (1 - 1e-3 * <f32>bins));
  const bySide = i32x4.splat(solves ? -1 : 0);
  let knotX = f32x4.splat(-bound);
  let knotY = knotX;
  let x0 = knotX;
  let y0 = knotX;
  let width = f32x4.splat(0);
  let height = width;
  let first = width;
  let second = width;
  let bin = width;
  let number = width;
  let slopes = raw + (2 * bins - (fixedEnds ? 1 : 0)) * step;
  let before = fixedEnds ? width : v128.load(slopes);
  const lastFixed = fixedEnds ? bins - 1 : bins;
  let at = saved;
  for (let k: usize = 0; k < bins; k++) {
    const shareX = f32x4.mul(v128.load(at), overWidths);
    const shareY = f32x4.mul(v128.load(at + heights), overHeights);
    v128.store(at, shareX);
    v128.store(at + heights, shareY);
    const wide = fma(shareX, scale, least);
    const high = fma(shareY, scale, least);
    slopes += step;
    const after = k < lastFixed ? v128.load(slopes) : f32x4.splat(0);
    // The last bin whose lower knot is not above.
    const here = f32x4.ge(v, v128.bitselect(knotY, knotX, bySide));
    x0 = v128.bitselect(knotX, x0, here);
    y0 = v128.bitselect(knotY, y0, here);
    width = v128.bitselect(wide, width, here);
    height = v128.bitselect(high, height, here);
    first = v128.bitselect(before, first, here);
    second = v128.bitselect(after, second, here);
    bin = v128.bitselect(number, bin, here);
    knotX = f32x4.add(knotX, wide);
    knotY = f32x4.add(knotY, high);
    number = f32x4.add(number, one);
    before = after;
    at += 16;
  }

  const own = saved + 2 * heights;
  v128.store(own, first, slopesAt);
  v128.store(own, second, slopesAt + 16);
  finishSlopes(own + slopesAt);
  const d0 = v128.load(own, slopesAt);
  const d1 = v128.load(own, slopesAt + 16);
  const overWidth = f32x4.div(one, width);
  const s = f32x4.mul(height, overWidth);
  const e = f32x4.sub(f32x4.add(d0, d1), f32x4.add(s, s));
  let t: v128;
  if (solves) {
    const above = f32x4.sub(v, y0);
    const bent = f32x4.mul(above, e);
    const a = fma(height, f32x4.sub(s, d0), bent);
    const b = f32x4.sub(f32x4.mul(height, d0), bent);
    const c = f32x4.mul(s, above);
    const square = fma(f32x4.mul(f32x4.add(two, two), a), c, f32x4.mul(b, b));
    const root = f32x4.sqrt(f32x4.pmax(square, f32x4.splat(0)));
    const positive = f32x4.ge(b, f32x4.splat(0));
    const over = v128.bitselect(f32x4.add(c, c), f32x4.sub(root, b), positive);
    t = f32x4.div(over, v128.bitselect(f32x4.add(b, root), f32x4.add(a, a), positive));
  } else {
    t = f32x4.mul(f32x4.sub(v, x0), overWidth);
  }
  t = f32x4.pmin(f32x4.pmax(t, f32x4.splat(0)), one);
  const rest = f32x4.sub(one, t);
  const q = f32x4.mul(t, rest);
  const squared = f32x4.mul(t, t);
  const overDen = f32x4.div(one, fma(e, q, s));
  const ratio = f32x4.mul(s, overDen);
  const ends = fma(d1, squared, fma(f32x4.add(s, s), q, f32x4.mul(d0, f32x4.mul(rest, rest))));
  const logSlope = log(f32x4.mul(f32x4.mul(ratio, ratio), ends));
  v128.store(logSlopes, v128.and(logSlope, inside));
  v128.store(own, t, placeAt);
  v128.store(own, width, widthAt);
  v128.store(own, height, heightAt);
  v128.store(own, x0, xAt);
  v128.store(own, y0, yAt);
  v128.store(own, v128.bitselect(bin, minusOne, inside), binAt);
  const num = fma(s, squared, f32x4.mul(d0, q));
  const value = solves ? fma(t, width, x0) : fma(f32x4.mul(height, num), overDen, y0);
  return v128.bitselect(value, x, inside);
}
