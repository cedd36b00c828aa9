import { fma } from './fma';
import {
  exp2,
  exp3,
  exp4,
  exp5,
  exp6,
  exp7,
  half,
  highestExponent,
  highestTangent,
  log0,
  log1,
  log2,
  log2High,
  log2Low,
  log2OfE,
  log3,
  log4,
  log5,
  log6,
  log7,
  log8,
  lowestExponent,
  lowestTangent,
  mantissaBits,
  minusLog2High,
  minusLog2Low,
  minusOne,
  one,
  over1,
  over2,
  over3,
  over4,
  rootHalfBits,
  rounder,
  under1,
  under2,
  under3,
  under4,
} from './math-constants';

// exp, log, tanh and the logistic function of four numbers at once. What is not a number stays so.

/** eˣ = 2ⁿ·eʳ with |r| ≤ log 2 / 2, and a polynomial for eʳ (Moshier's Cephes library, `expf`): to two units in the last place. */
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, lowestExponent), highestExponent);
  const rounded = fma(bounded, log2OfE, rounder);
  const n = f32x4.sub(rounded, rounder);
  const r = fma(n, minusLog2Low, fma(n, minusLog2High, bounded));
  let p = fma(exp7, r, exp6);
  p = fma(p, r, exp5);
  p = fma(p, r, exp4);
  p = fma(p, r, exp3);
  p = fma(p, r, exp2);
  p = f32x4.add(fma(p, f32x4.mul(r, r), r), one);
  // 2ⁿ goes to the exponent's bits: it takes n of any size, while the product stays a normal number.
  const scaled = i32x4.add(p, i32x4.shl(rounded, 23));
  // Nothing for numbers, but NaN for NaN, whose bits the line above may have changed into those of a number.
  return f32x4.add(scaled, f32x4.sub(bounded, bounded));
}

/**
 * x·P(x²) / Q(x²), fitted to the least relative error on [−9.02, 9.02], beyond which tanh is ±1 in float32: to about six units in
 * the last place.
 */
export function tanh(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, lowestTangent), highestTangent);
  const square = f32x4.mul(bounded, bounded);
  let p = fma(over4, square, over3);
  p = fma(p, square, over2);
  p = fma(p, square, over1);
  p = fma(p, square, one);
  let q = fma(under4, square, under3);
  q = fma(q, square, under2);
  q = fma(q, square, under1);
  q = fma(q, square, one);
  // Rounding may leave it a little beyond 1, where a slope made of 1 − y² would change its sign.
  return f32x4.pmin(f32x4.pmax(f32x4.div(f32x4.mul(bounded, p), q), minusOne), one);
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: v128): v128 {
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/**
 * log x = n·log 2 + log m with m in [√½, √2), and a polynomial for log m (Cephes, `logf`): to two units in the last place. For normal
 * numbers above 0.
 */
export function log(x: v128): v128 {
  const shifted = i32x4.sub(x, rootHalfBits);
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const m = f32x4.sub(i32x4.add(v128.and(shifted, mantissaBits), rootHalfBits), one);
  let p = fma(log8, m, log7);
  p = fma(p, m, log6);
  p = fma(p, m, log5);
  p = fma(p, m, log4);
  p = fma(p, m, log3);
  p = fma(p, m, log2);
  p = fma(p, m, log1);
  p = fma(p, m, log0);
  const square = f32x4.mul(m, m);
  const small = fma(f32x4.mul(p, m), square, f32x4.mul(n, log2Low));
  return fma(n, log2High, f32x4.add(m, f32x4.sub(small, f32x4.mul(half, square))));
}
