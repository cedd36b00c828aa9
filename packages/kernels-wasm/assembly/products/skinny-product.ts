import { fma } from '../simd/fma';

// Products of which one side is a few vectors: the first and the last layer of a conditioner in few dimensions. Tiles
// would be mostly padding there. The vectors are taken in pairs; an odd one is paired with itself, which costs nothing,
// because each addition waits for the one before it.

/** The most vectors for which these are used. */
export const maxSkinny: usize = 8;

/**
 * out(i, f) = start(f) + Σ_k many(i, k)·one(f, k), where the numbers of a row of `many` stand next to each other.
 *
 * @param many rows `manyStep` bytes apart
 * @param ones element (f, k) stands at `ones + f·oneStep + 4·k`
 * @param start for each f, where in memory the sums begin; 0 for zero
 * @param out element (i, f) stands at `out + i·outStep + f·outOneStep`
 */
export function skinnyDot(
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
    for (let f: usize = 0; f < count; f += 2) {
      const paired = f + 1 < count;
      const one = ones + f * oneStep;
      const other = paired ? one + oneStep : one;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let t0 = s0;
      let t1 = s0;
      let t2 = s0;
      let t3 = s0;
      let at: usize = 0;
      for (; at < whole; at += 16) {
        const x = v128.load(one + at);
        const y = v128.load(other + at);
        let m = v128.load(m0 + at);
        s0 = fma(x, m, s0);
        t0 = fma(y, m, t0);
        m = v128.load(m1 + at);
        s1 = fma(x, m, s1);
        t1 = fma(y, m, t1);
        m = v128.load(m2 + at);
        s2 = fma(x, m, s2);
        t2 = fma(y, m, t2);
        m = v128.load(m3 + at);
        s3 = fma(x, m, s3);
        t3 = fma(y, m, t3);
      }
      let sums = sumLanes(s0, s1, s2, s3);
      let others = sumLanes(t0, t1, t2, t3);
      if (start) {
        sums = f32x4.add(sums, v128.load32_splat(start + 4 * f));
        if (paired) others = f32x4.add(others, v128.load32_splat(start + 4 * f, 4));
      }
      for (; at < 4 * inner; at += 4) {
        const column = f32x4(load<f32>(m0 + at), load<f32>(m1 + at), load<f32>(m2 + at), load<f32>(m3 + at));
        sums = fma(v128.load32_splat(one + at), column, sums);
        others = fma(v128.load32_splat(other + at), column, others);
      }
      const to = out + i * outStep + f * outOneStep;
      putFirst(to, outStep, sums, height);
      if (paired) putFirst(to + outOneStep, outStep, others, height);
    }
  }
}

/** The sum of each vector's lanes. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

function putFirst(to: usize, step: usize, v: v128, count: usize): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(to + step, f32x4.extract_lane(v, 1));
  if (count > 2) store<f32>(to + 2 * step, f32x4.extract_lane(v, 2));
  if (count > 3) store<f32>(to + 3 * step, f32x4.extract_lane(v, 3));
}

/**
 * out(f, j) = start(j) + Σ_k one(f, k)·lines(k, j), where the numbers of a line stand next to each other.
 *
 * @param ones element (f, k) stands at `ones + f·oneStep + k·oneInnerStep`
 * @param lines `inner` rows, `lineStep` bytes apart
 * @param start for each j, where in memory the sums begin; 0 for zero
 * @param out element (f, j) stands at `out + f·outOneStep + j·outStep`
 */
export function addSkinny(
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
  for (let f: usize = 0; f < count; f += 2) {
    const paired = f + 1 < count;
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
      let t0 = s0;
      let t1 = s1;
      let t2 = s2;
      let t3 = s3;
      let at = one;
      let other = paired ? one + oneStep : one;
      let line = lines + 4 * j;
      for (let k: usize = 0; k < inner; k++) {
        const x = v128.load32_splat(at);
        const y = v128.load32_splat(other);
        let b = v128.load(line);
        s0 = fma(x, b, s0);
        t0 = fma(y, b, t0);
        b = v128.load(line, 16);
        s1 = fma(x, b, s1);
        t1 = fma(y, b, t1);
        b = v128.load(line, 32);
        s2 = fma(x, b, s2);
        t2 = fma(y, b, t2);
        b = v128.load(line, 48);
        s3 = fma(x, b, s3);
        t3 = fma(y, b, t3);
        at += oneInnerStep;
        other += oneInnerStep;
        line += lineStep;
      }
      putFour(to + j * outStep, outStep, s0, s1, s2, s3);
      if (paired) putFour(to + outOneStep + j * outStep, outStep, t0, t1, t2, t3);
    }
  }
  for (let f: usize = 0; f < count; f++) {
    for (let j = whole; j < columns; j++) {
      let sum: f32 = start ? load<f32>(start + 4 * j) : 0;
      for (let k: usize = 0; k < inner; k++) {
        sum += load<f32>(ones + f * oneStep + k * oneInnerStep) * load<f32>(lines + k * lineStep + 4 * j);
      }
      store<f32>(out + f * outOneStep + j * outStep, sum);
    }
  }
}

function putFour(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (step == 4) {
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  } else {
    putFirst(to, step, a, 4);
    putFirst(to + 4 * step, step, b, 4);
    putFirst(to + 8 * step, step, c, 4);
    putFirst(to + 12 * step, step, d, 4);
  }
}
