import { fma } from '../simd/fma';

/**
 * out(i, f) = start(f) + Σ_k A(i, k)·one(f, k), for few f, where a row of A is made of runs as in `convRows`. The numbers of
 * a run are taken four at a time; what a run has more is masked.
 *
 * @param ones [columns, count·length]
 * @param out rows `outStep` bytes apart
 * @param rectify whether what is below zero becomes zero
 */
export function convDots(
  a: usize,
  starts: usize,
  rows: usize,
  runs: usize,
  count: usize,
  length: usize,
  ones: usize,
  columns: usize,
  begin: usize,
  out: usize,
  outStep: usize,
  rectify: bool,
): void {
  const floor: f32 = rectify ? 0 : -Infinity;
  const whole: usize = 4 * (length & ~3);
  const rest: usize = length & 3;
  const keep = i32x4.lt_u(i32x4(0, 1, 2, 3), i32x4.splat(<i32>rest));
  const runsEnd = runs + 4 * count;
  const oneStep: usize = 4 * count * length;
  for (let i: usize = 0; i < rows; i += 4) {
    const height = min<usize>(4, rows - i);
    const table = starts + 4 * i;
    const last: usize = 4 * (height - 1);
    const a0 = a + load<u32>(table);
    const a1 = a + load<u32>(table + min<usize>(4, last));
    const a2 = a + load<u32>(table + min<usize>(8, last));
    const a3 = a + load<u32>(table + min<usize>(12, last));
    for (let f: usize = 0; f < columns; f += 2) {
      const paired = f + 1 < columns;
      let one = ones + f * oneStep;
      let other = paired ? one + oneStep : one;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let t0 = s0;
      let t1 = s0;
      let t2 = s0;
      let t3 = s0;
      for (let run = runs; run < runsEnd; run += 4) {
        const offset = <usize>load<u32>(run);
        let p0 = a0 + offset;
        let p1 = a1 + offset;
        let p2 = a2 + offset;
        let p3 = a3 + offset;
        const end = one + whole;
        while (one < end) {
          const x = v128.load(one);
          const y = v128.load(other);
          let m = v128.load(p0);
          s0 = fma(x, m, s0);
          t0 = fma(y, m, t0);
          m = v128.load(p1);
          s1 = fma(x, m, s1);
          t1 = fma(y, m, t1);
          m = v128.load(p2);
          s2 = fma(x, m, s2);
          t2 = fma(y, m, t2);
          m = v128.load(p3);
          s3 = fma(x, m, s3);
          t3 = fma(y, m, t3);
          one += 16;
          other += 16;
          p0 += 16;
          p1 += 16;
          p2 += 16;
          p3 += 16;
        }
        if (rest) {
          // Masked on both sides: what lies behind either may be no number.
          const x = v128.and(keep, v128.load(one));
          const y = v128.and(keep, v128.load(other));
          let m = v128.and(keep, v128.load(p0));
          s0 = fma(x, m, s0);
          t0 = fma(y, m, t0);
          m = v128.and(keep, v128.load(p1));
          s1 = fma(x, m, s1);
          t1 = fma(y, m, t1);
          m = v128.and(keep, v128.load(p2));
          s2 = fma(x, m, s2);
          t2 = fma(y, m, t2);
          m = v128.and(keep, v128.load(p3));
          s3 = fma(x, m, s3);
          t3 = fma(y, m, t3);
          one += 4 * rest;
          other += 4 * rest;
        }
      }
      const to = out + i * outStep + 4 * f;
      putSums(to, outStep, s0, s1, s2, s3, load<f32>(begin + 4 * f), floor, height);
      if (paired) putSums(to + 4, outStep, t0, t1, t2, t3, load<f32>(begin + 4 * f, 4), floor, height);
    }
  }
}

function putSums(
  to: usize,
  step: usize,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  start: f32,
  floor: f32,
  height: usize,
): void {
  putSum(to, start + sumLanes(a), floor);
  if (height > 1) putSum(to + step, start + sumLanes(b), floor);
  if (height > 2) putSum(to + 2 * step, start + sumLanes(c), floor);
  if (height > 3) putSum(to + 3 * step, start + sumLanes(d), floor);
}

/** What is not a number stays so. */
function putSum(to: usize, sum: f32, floor: f32): void {
  store<f32>(to, sum < floor ? floor : sum);
}

function sumLanes(v: v128): f32 {
  const halves = f32x4.add(v, v128.shuffle<i64>(v, v, 1, 0));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}
