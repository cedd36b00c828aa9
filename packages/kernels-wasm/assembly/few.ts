import { fma } from './fma';

// Products of which one side is at most four vectors: the first and the last layer of a conditioner in few dimensions.
// Tiles would be mostly padding there.

/** The most vectors for which these are used. */
export const few: usize = 4;

/**
 * out(i, f) = start(f) + Σ_k many(i, k)·one(f, k), where the numbers of a row of `many` stand next to each other.
 *
 * @param many rows `manyStep` bytes apart
 * @param ones element (f, k) stands at `ones + f·oneStep + 4·k`
 * @param start for each f, where in memory the sums begin; 0 for zero
 * @param out element (i, f) stands at `out + i·outStep + f·outOneStep`
 */
export function dotFew(
  many: usize,
  manyStep: usize,
  rows: usize,
  inner: usize,
  ones: usize,
  oneStep: usize,
  count: usize,
  start: usize,
  out: usize,
  outStep: usize,
  outOneStep: usize,
): void {
  const whole: usize = 4 * (inner & ~3);
  for (let i: usize = 0; i < rows; i += 4) {
    const height = min<usize>(4, rows - i);
    const m0 = many + i * manyStep;
    const m1 = height > 1 ? m0 + manyStep : m0;
    const m2 = height > 2 ? m1 + manyStep : m1;
    const m3 = height > 3 ? m2 + manyStep : m2;
    for (let f: usize = 0; f < count; f++) {
      const one = ones + f * oneStep;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        const x = v128.load(one + at);
        s0 = fma(x, v128.load(m0 + at), s0);
        s1 = fma(x, v128.load(m1 + at), s1);
        s2 = fma(x, v128.load(m2 + at), s2);
        s3 = fma(x, v128.load(m3 + at), s3);
      }
      const s01 = f32x4.add(v128.shuffle<i32>(s0, s1, 0, 4, 1, 5), v128.shuffle<i32>(s0, s1, 2, 6, 3, 7));
      const s23 = f32x4.add(v128.shuffle<i32>(s2, s3, 0, 4, 1, 5), v128.shuffle<i32>(s2, s3, 2, 6, 3, 7));
      let sums = f32x4.add(v128.shuffle<i64>(s01, s23, 0, 2), v128.shuffle<i64>(s01, s23, 1, 3));
      if (start) sums = f32x4.add(sums, v128.load32_splat(start + 4 * f));
      for (; at < 4 * inner; at += 4) {
        const column = f32x4(load<f32>(m0 + at), load<f32>(m1 + at), load<f32>(m2 + at), load<f32>(m3 + at));
        sums = fma(v128.load32_splat(one + at), column, sums);
      }
      const to = out + i * outStep + f * outOneStep;
      store<f32>(to, f32x4.extract_lane(sums, 0));
      if (height > 1) store<f32>(to + outStep, f32x4.extract_lane(sums, 1));
      if (height > 2) store<f32>(to + 2 * outStep, f32x4.extract_lane(sums, 2));
      if (height > 3) store<f32>(to + 3 * outStep, f32x4.extract_lane(sums, 3));
    }
  }
}

/**
 * out(f, j) = start(j) + Σ_k one(f, k)·lines(k, j), where the numbers of a line stand next to each other.
 *
 * @param ones element (f, k) stands at `ones + f·oneStep + k·oneInnerStep`
 * @param lines `inner` rows, `lineStep` bytes apart
 * @param start for each j, where in memory the sums begin; 0 for zero
 * @param out element (f, j) stands at `out + f·outOneStep + j·outStep`
 */
export function addFew(
  ones: usize,
  oneStep: usize,
  oneInnerStep: usize,
  count: usize,
  inner: usize,
  lines: usize,
  lineStep: usize,
  columns: usize,
  start: usize,
  out: usize,
  outOneStep: usize,
  outStep: usize,
): void {
  const whole = columns & ~15;
  for (let f: usize = 0; f < count; f++) {
    const one = ones + f * oneStep;
    const to = out + f * outOneStep;
    for (let j: usize = 0; j < whole; j += 16) {
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      if (start) {
        s0 = v128.load(start + 4 * j);
        s1 = v128.load(start + 4 * j, 16);
        s2 = v128.load(start + 4 * j, 32);
        s3 = v128.load(start + 4 * j, 48);
      }
      let at = one;
      let line = lines + 4 * j;
      for (let k: usize = 0; k < inner; k++) {
        const x = v128.load32_splat(at);
        s0 = fma(x, v128.load(line), s0);
        s1 = fma(x, v128.load(line, 16), s1);
        s2 = fma(x, v128.load(line, 32), s2);
        s3 = fma(x, v128.load(line, 48), s3);
        at += oneInnerStep;
        line += lineStep;
      }
      put(to + j * outStep, outStep, s0);
      put(to + (j + 4) * outStep, outStep, s1);
      put(to + (j + 8) * outStep, outStep, s2);
      put(to + (j + 12) * outStep, outStep, s3);
    }
    for (let j = whole; j < columns; j++) {
      let sum: f32 = start ? load<f32>(start + 4 * j) : 0;
      for (let k: usize = 0; k < inner; k++) {
        sum += load<f32>(one + k * oneInnerStep) * load<f32>(lines + k * lineStep + 4 * j);
      }
      store<f32>(to + j * outStep, sum);
    }
  }
}

function put(to: usize, step: usize, v: v128): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  store<f32>(to + step, f32x4.extract_lane(v, 1));
  store<f32>(to + 2 * step, f32x4.extract_lane(v, 2));
  store<f32>(to + 3 * step, f32x4.extract_lane(v, 3));
}
