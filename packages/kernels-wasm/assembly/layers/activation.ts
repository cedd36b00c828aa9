import { one } from '../simd/math-constants';
import { exp, sigmoid, tanh } from '../simd/vector-math';

// The codes of activations. The first seven are those of tfjs's fused kernels.
export const linear: u32 = 0;
export const relu: u32 = 1;
export const relu6: u32 = 2;
export const leakyRelu: u32 = 4;
export const sigmoidal: u32 = 5;
export const elu: u32 = 6;
export const tangent: u32 = 7;

/** eˣ − 1 below zero, x above. */
function bent(x: v128): v128 {
  return v128.bitselect(f32x4.sub(exp(x), one), x, f32x4.lt(x, f32x4.splat(0)));
}

function apply(x: v128, activation: u32, slope: f32): v128 {
  const zero = f32x4.splat(0);
  if (activation == relu) return f32x4.pmax(x, zero);
  if (activation == relu6) return f32x4.pmin(f32x4.pmax(x, zero), f32x4.splat(6));
  if (activation == leakyRelu) return v128.bitselect(f32x4.mul(x, f32x4.splat(slope)), x, f32x4.lt(x, zero));
  if (activation == sigmoidal) return sigmoid(x);
  if (activation == elu) return bent(x);
  return tanh(x);
}

/** Its derivative from its own output. */
function derivative(y: v128, activation: u32): v128 {
  const zero = f32x4.splat(0);
  if (activation == relu) return v128.and(f32x4.gt(y, zero), one);
  if (activation == sigmoidal) return f32x4.mul(y, f32x4.sub(one, y));
  if (activation == elu) return f32x4.add(f32x4.pmin(y, zero), one);
  if (activation == tangent) return f32x4.sub(one, f32x4.mul(y, y));
  return one;
}

/** The last one to three numbers of a run, as four. */
function loadRest(at: usize, count: usize): v128 {
  let v = v128.load32_zero(at);
  if (count > 1) v = v128.load32_lane(at, v, 1, 4);
  if (count > 2) v = v128.load32_lane(at, v, 2, 8);
  return v;
}

function storeRest(at: usize, v: v128, count: usize): void {
  v128.store32_lane(at, v, 0);
  if (count > 1) v128.store32_lane(at, v, 1, 4);
  if (count > 2) v128.store32_lane(at, v, 2, 8);
}

/** Applies an activation in place to so many numbers. `slope` is what the leaky rectifier has below zero. */
export function activate(at: usize, count: usize, activation: u32, slope: f32): void {
  if (activation == linear) return;
  const end = at + 4 * (count & ~3);
  let here = at;
  // A loop for each of those that take their time, in which nothing asks which it is.
  if (activation == tangent) for (; here < end; here += 16) v128.store(here, tanh(v128.load(here)));
  else if (activation == sigmoidal) for (; here < end; here += 16) v128.store(here, sigmoid(v128.load(here)));
  else if (activation == elu) for (; here < end; here += 16) v128.store(here, bent(v128.load(here)));
  else for (; here < end; here += 16) v128.store(here, apply(v128.load(here), activation, slope));
  const rest = count & 3;
  if (rest) storeRest(here, apply(loadRest(here, rest), activation, slope), rest);
}

/**
 * dz = dy·activation′(z), from the activation's output y, all [rows, columns] without gaps; `dz` may be `dy`. Adds nothing
 * up: `sumRows` does.
 */
export function activationGradient(dy: usize, y: usize, dz: usize, count: usize, activation: u32): void {
  const whole: usize = 4 * (count & ~3);
  let at: usize = 0;
  if (activation == relu) {
    const zero = f32x4.splat(0);
    for (; at < whole; at += 16) {
      v128.store(dz + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero)));
    }
  }
  if (activation == tangent) {
    for (; at < whole; at += 16) {
      const value = v128.load(y + at);
      v128.store(dz + at, f32x4.mul(v128.load(dy + at), f32x4.sub(one, f32x4.mul(value, value))));
    }
  }
  if (activation == elu) {
    const zero = f32x4.splat(0);
    for (; at < whole; at += 16) {
      v128.store(dz + at, f32x4.mul(v128.load(dy + at), f32x4.add(f32x4.pmin(v128.load(y + at), zero), one)));
    }
  }
  if (activation == sigmoidal) {
    for (; at < whole; at += 16) {
      const value = v128.load(y + at);
      v128.store(dz + at, f32x4.mul(v128.load(dy + at), f32x4.mul(value, f32x4.sub(one, value))));
    }
  }
  for (; at < whole; at += 16) {
    v128.store(dz + at, f32x4.mul(v128.load(dy + at), derivative(v128.load(y + at), activation)));
  }
  const rest = count & 3;
  if (rest)
    storeRest(dz + at, f32x4.mul(loadRest(dy + at, rest), derivative(loadRest(y + at, rest), activation)), rest);
}
