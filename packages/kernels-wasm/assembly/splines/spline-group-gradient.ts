import { fma } from '../simd/fma';
import { one, two } from '../simd/math-constants';
import { binAt, heightAt, placeAt, sigmoidsAt, slopesAt, widthAt, xAt, yAt } from './spline-shape';

/**
 * The gradient of `splineGroup` from what it saved: writes that by the raw parameters of four numbers, parameter k at `dRaw +
 * k·step`, and returns that by the numbers.
 *
 * @param dValue the gradient by the values
 * @param dLogSlope that by the log-slopes of the direction called
 */
export function splineGroupGradient(
  saved: usize,
  bins: usize,
  bound: f32,
  fixedEnds: bool,
  solves: bool,
  dValue: v128,
  dLogSlope: v128,
  dRaw: usize,
  step: usize,
): v128 {
  const zero = f32x4.splat(0);
  const heights: usize = 16 * bins;
  const own = saved + 2 * heights;
  const bin = v128.load(own, binAt);
  const inside = f32x4.ge(bin, zero);
  const width = v128.load(own, widthAt);
  const height = v128.load(own, heightAt);
  const d0 = v128.load(own, slopesAt);
  const d1 = v128.load(own, slopesAt + 16);
  const t = v128.load(own, placeAt);
  const rest = f32x4.sub(one, t);
  const q = f32x4.mul(t, rest);
  const squared = f32x4.mul(t, t);
  const restSquared = f32x4.mul(rest, rest);
  const overWidth = f32x4.div(one, width);
  const s = f32x4.mul(height, overWidth);
  const e = f32x4.sub(f32x4.add(d0, d1), f32x4.add(s, s));
  const den = fma(e, q, s);
  const num = fma(s, squared, f32x4.mul(d0, q));
  const ends = fma(d1, squared, fma(f32x4.add(s, s), q, f32x4.mul(d0, restSquared)));
  const overDen = f32x4.div(one, den);
  const overEnds = f32x4.div(one, ends);
  const slant = f32x4.sub(rest, t);
  const bent = fma(s, slant, f32x4.sub(f32x4.mul(d1, t), f32x4.mul(d0, rest)));
  const byPlace = f32x4.mul(two, f32x4.sub(f32x4.mul(bent, overEnds), f32x4.mul(f32x4.mul(e, slant), overDen)));
  const byX = f32x4.mul(byPlace, overWidth);
  const ratio = f32x4.mul(s, overDen);
  const slope = f32x4.mul(f32x4.mul(ratio, ratio), ends);

  let gy = v128.and(dValue, inside);
  let gl = v128.and(dLogSlope, inside);
  let dx: v128;
  if (solves) {
    // x(y) by the gradients of y(x): see the reference in @diffeo/ops.
    dx = f32x4.div(f32x4.sub(gy, f32x4.mul(gl, byX)), slope);
    gy = f32x4.neg(dx);
    gl = f32x4.neg(gl);
  } else {
    dx = fma(gy, slope, f32x4.mul(gl, byX));
  }

  const dy = f32x4.mul(f32x4.mul(gy, height), f32x4.mul(overDen, overDen));
  const lOverEnds = f32x4.mul(gl, overEnds);
  const lOverDen = f32x4.mul(f32x4.add(gl, gl), overDen);
  const curved = f32x4.mul(q, lOverDen);
  const gt = fma(dy, f32x4.mul(s, ends), f32x4.mul(gl, byPlace));
  const lessCurved = f32x4.sub(one, f32x4.add(q, q));
  const byRatio = f32x4.add(f32x4.div(f32x4.mul(gl, width), height), f32x4.mul(q, lOverEnds));
  const gs = f32x4.add(
    f32x4.mul(dy, f32x4.sub(f32x4.mul(squared, den), f32x4.mul(num, lessCurved))),
    f32x4.sub(f32x4.add(byRatio, byRatio), f32x4.mul(lessCurved, lOverDen)),
  );
  const along = f32x4.mul(dy, q);
  const g0 = f32x4.add(f32x4.mul(along, f32x4.sub(den, num)), f32x4.sub(f32x4.mul(restSquared, lOverEnds), curved));
  const g1 = f32x4.sub(f32x4.sub(f32x4.mul(squared, lOverEnds), curved), f32x4.mul(along, num));

  // By the sizes of the bin itself and of those below it, then through softmax: p·(g − Σ p g), of which g has three values.
  const least = f32x4.splat(2e-3 * bound);
  const size: f32 = 2 * bound * (1 - 1e-3 * <f32>bins);
  const scale = f32x4.splat(size);
  const overScale = f32x4.splat(1 / size);
  const belowX = f32x4.neg(f32x4.mul(gt, overWidth));
  const ownX = f32x4.neg(f32x4.mul(fma(gt, t, f32x4.mul(gs, s)), overWidth));
  const ownY = fma(f32x4.mul(gy, num), overDen, f32x4.mul(gs, overWidth));
  const least0 = fma(bin, f32x4.neg(least), f32x4.splat(bound));
  const shareBelowX = f32x4.mul(f32x4.add(v128.load(own, xAt), least0), overScale);
  const shareBelowY = f32x4.mul(f32x4.add(v128.load(own, yAt), least0), overScale);
  const shareX = f32x4.mul(f32x4.sub(width, least), overScale);
  const shareY = f32x4.mul(f32x4.sub(height, least), overScale);
  const meanX = fma(belowX, shareBelowX, f32x4.mul(ownX, shareX));
  const meanY = fma(gy, shareBelowY, f32x4.mul(ownY, shareY));
  const x0 = f32x4.mul(scale, f32x4.sub(belowX, meanX));
  const x1 = f32x4.mul(scale, f32x4.sub(ownX, meanX));
  const x2 = f32x4.neg(f32x4.mul(scale, meanX));
  const y0 = f32x4.mul(scale, f32x4.sub(gy, meanY));
  const y1 = f32x4.mul(scale, f32x4.sub(ownY, meanY));
  const y2 = f32x4.neg(f32x4.mul(scale, meanY));
  const first = f32x4.mul(g0, v128.load(own, sigmoidsAt));
  const second = f32x4.mul(g1, v128.load(own, sigmoidsAt + 16));

  let number = zero;
  let from = saved;
  let to = dRaw;
  const toHeights = bins * step;
  let slopes = dRaw + (2 * bins - (fixedEnds ? 1 : 0)) * step;
  let before = zero;
  for (let k: usize = 0; k < bins; k++) {
    const here = f32x4.eq(number, bin);
    const below = f32x4.lt(number, bin);
    const gx = v128.bitselect(x0, v128.bitselect(x1, x2, here), below);
    const gh = v128.bitselect(y0, v128.bitselect(y1, y2, here), below);
    v128.store(to, f32x4.mul(v128.load(from), gx));
    v128.store(to + toHeights, f32x4.mul(v128.load(from + heights), gh));
    // The knot below bin k is the upper one of the bin before it.
    if (k > 0 || !fixedEnds) v128.store(slopes, f32x4.add(before, v128.and(first, here)));
    before = v128.and(second, here);
    number = f32x4.add(number, one);
    from += 16;
    to += step;
    slopes += step;
  }
  if (!fixedEnds) v128.store(slopes, before);
  return v128.bitselect(dx, dValue, inside);
}
