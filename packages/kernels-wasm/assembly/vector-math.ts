import { fma } from './fma';

// exp and tanh of four numbers at once, to about two units in the last place. What is not a number stays so.

function clamp(x: v128, low: f32, high: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(low)), f32x4.splat(high));
}

/** eˣ = 2ⁿ·eʳ with |r| ≤ log 2 / 2, and a polynomial for eʳ (Moshier's Cephes library, `expf`). */
export function exp(x: v128): v128 {
  const bounded = clamp(x, -87.33654, 88.72283);
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  // log 2 in two parts, the first with few bits, so that n·log 2 loses none.
  const r = fma(n, f32x4.splat(2.1219444e-4), fma(n, f32x4.splat(-0.693359375), bounded));
  let p = f32x4.splat(1.98756915e-4);
  p = fma(p, r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(fma(p, f32x4.mul(r, r), r), f32x4.splat(1));
  // 2ⁿ in two factors: n may be 128, which has no exponent of its own.
  const half = i32x4.shr_s(i32x4.trunc_sat_f32x4_s(n), 1);
  const rest = i32x4.sub(i32x4.trunc_sat_f32x4_s(n), half);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(rest));
}

function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** x + x·p(x²) near zero (Cephes, `tanhf`), and 1 − 2 / (e²ˣ + 1) elsewhere. */
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = fma(p, square, f32x4.splat(2.06390887954e-2));
  p = fma(p, square, f32x4.splat(-5.37397155531e-2));
  p = fma(p, square, f32x4.splat(1.33314422036e-1));
  p = fma(p, square, f32x4.splat(-3.33332819422e-1));
  const near = fma(f32x4.mul(p, square), x, x);
  const grown = exp(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(grown, one)));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}
