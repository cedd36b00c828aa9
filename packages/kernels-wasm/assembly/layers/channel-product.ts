import { fma } from '../simd/fma';

// Every row of [rows, channels] times one matrix, and the gradient of that matrix, for the few channels that images have:
// rows of a few numbers, thousands of them. Matrices of channels are padded to whole vectors with zeros, so that nothing
// but the last numbers of a row needs care.

/** How many numbers a row of so many takes in whole vectors. */
export function padded(count: usize): usize {
  return (count + 3) & ~3;
}

/** Stores the first numbers of a vector. */
export function putSome(to: usize, v: v128, count: usize): void {
  if (count >= 4) {
    v128.store(to, v);
    return;
  }
  v128.store32_lane(to, v, 0);
  if (count > 1) v128.store32_lane(to, v, 1, 4);
  if (count > 2) v128.store32_lane(to, v, 2, 8);
}

/** to = from − shift, for one row; without a shift, a copy. */
export function putShifted(from: usize, count: usize, shift: usize, to: usize): void {
  const whole: usize = 4 * (count & ~3);
  let at: usize = 0;
  if (shift) {
    for (; at < whole; at += 16) {
      v128.store(to + at, f32x4.sub(v128.load(from + at), v128.load(shift + at)));
    }
    for (; at < 4 * count; at += 4) store<f32>(to + at, load<f32>(from + at) - load<f32>(shift + at));
  } else {
    for (; at < whole; at += 16) v128.store(to + at, v128.load(from + at));
    for (; at < 4 * count; at += 4) store<f32>(to + at, load<f32>(from + at));
  }
}

/** How many bytes of scratch `channelProduct` takes. */
export function channelProductScratch(count: usize): usize {
  return 16 * padded(count);
}

/**
 * out = (x − shift)·M + start, rows of `count` numbers without gaps.
 *
 * @param shift [count], or 0 for none
 * @param m [count, padded(count)]
 * @param start [padded(count)], or 0 for none
 * @param out another place than x
 */
export function channelProduct(
  x: usize,
  rows: usize,
  count: usize,
  shift: usize,
  m: usize,
  start: usize,
  out: usize,
  scratch: usize,
): void {
  const step: usize = 4 * count;
  const line: usize = 4 * padded(count);
  for (let i: usize = 0; i < rows; i += 4) {
    const height = min<usize>(4, rows - i);
    let from = x + i * step;
    if (shift) {
      for (let r: usize = 0; r < height; r++) putShifted(from + r * step, count, shift, scratch + r * step);
      from = scratch;
    }
    const to = out + i * step;
    let j: usize = 0;
    for (; j + 16 < line; j += 32)
      eightColumns(from, step, height, count, m + j, line, start ? start + j : 0, to + j, count - (j >> 2));
    if (j < line) fourColumns(from, step, height, count, m + j, line, start ? start + j : 0, to + j, count - (j >> 2));
  }
}

/** Up to four rows with four columns, of which `given` are wanted. */
function fourColumns(
  x: usize,
  step: usize,
  height: usize,
  inner: usize,
  m: usize,
  line: usize,
  start: usize,
  to: usize,
  given: usize,
): void {
  // A row that is not there is one that is, and is not stored.
  const x1 = height > 1 ? x + step : x;
  const x2 = height > 2 ? x1 + step : x;
  const x3 = height > 3 ? x2 + step : x;
  let s0 = start ? v128.load(start) : f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let at = m;
  for (let k: usize = 0; k < 4 * inner; k += 4) {
    const v = v128.load(at);
    s0 = fma(v128.load32_splat(x + k), v, s0);
    s1 = fma(v128.load32_splat(x1 + k), v, s1);
    s2 = fma(v128.load32_splat(x2 + k), v, s2);
    s3 = fma(v128.load32_splat(x3 + k), v, s3);
    at += line;
  }
  putSome(to, s0, given);
  if (height > 1) putSome(to + step, s1, given);
  if (height > 2) putSome(to + 2 * step, s2, given);
  if (height > 3) putSome(to + 3 * step, s3, given);
}

/** Up to four rows with eight columns, of which `given` are wanted: more than four. */
function eightColumns(
  x: usize,
  step: usize,
  height: usize,
  inner: usize,
  m: usize,
  line: usize,
  start: usize,
  to: usize,
  given: usize,
): void {
  const x1 = height > 1 ? x + step : x;
  const x2 = height > 2 ? x1 + step : x;
  const x3 = height > 3 ? x2 + step : x;
  let s0 = start ? v128.load(start) : f32x4.splat(0);
  let t0 = start ? v128.load(start, 16) : f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  let at = m;
  for (let k: usize = 0; k < 4 * inner; k += 4) {
    const v = v128.load(at);
    const w = v128.load(at, 16);
    let a = v128.load32_splat(x + k);
    s0 = fma(a, v, s0);
    t0 = fma(a, w, t0);
    a = v128.load32_splat(x1 + k);
    s1 = fma(a, v, s1);
    t1 = fma(a, w, t1);
    a = v128.load32_splat(x2 + k);
    s2 = fma(a, v, s2);
    t2 = fma(a, w, t2);
    a = v128.load32_splat(x3 + k);
    s3 = fma(a, v, s3);
    t3 = fma(a, w, t3);
    at += line;
  }
  v128.store(to, s0);
  putSome(to + 16, t0, given - 4);
  if (height > 1) {
    v128.store(to + step, s1);
    putSome(to + step + 16, t1, given - 4);
  }
  if (height > 2) {
    v128.store(to + 2 * step, s2);
    putSome(to + 2 * step + 16, t2, given - 4);
  }
  if (height > 3) {
    v128.store(to + 3 * step, s3);
    putSome(to + 3 * step + 16, t3, given - 4);
  }
}

/**
 * sums(k, j) += Σ_i a(i, k)·b(i, j).
 *
 * @param a [rows, inner], rows `aStep` bytes apart
 * @param b [rows, width], rows `bStep` bytes apart, whole vectors
 * @param sums [inner, width]
 */
export function addOuterProducts(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  rows: usize,
  inner: usize,
  width: usize,
  sums: usize,
): void {
  const line: usize = 4 * width;
  let k: usize = 0;
  for (; k + 4 <= inner; k += 4) {
    for (let j: usize = 0; j < line; j += 16) addFour(a + 4 * k, aStep, b + j, bStep, rows, sums + k * line + j, line);
  }
  for (; k < inner; k++) {
    for (let j: usize = 0; j < line; j += 16) addOne(a + 4 * k, aStep, b + j, bStep, rows, sums + k * line + j);
  }
}

function addFour(a: usize, aStep: usize, b: usize, bStep: usize, rows: usize, sums: usize, line: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  let p = a;
  let q = b;
  let i: usize = 0;
  // Two rows at a time into sums of their own, because each addition waits for the one before.
  for (; i + 2 <= rows; i += 2) {
    let v = v128.load(q);
    s0 = fma(v128.load32_splat(p), v, s0);
    s1 = fma(v128.load32_splat(p, 4), v, s1);
    s2 = fma(v128.load32_splat(p, 8), v, s2);
    s3 = fma(v128.load32_splat(p, 12), v, s3);
    p += aStep;
    q += bStep;
    v = v128.load(q);
    t0 = fma(v128.load32_splat(p), v, t0);
    t1 = fma(v128.load32_splat(p, 4), v, t1);
    t2 = fma(v128.load32_splat(p, 8), v, t2);
    t3 = fma(v128.load32_splat(p, 12), v, t3);
    p += aStep;
    q += bStep;
  }
  if (i < rows) {
    const v = v128.load(q);
    s0 = fma(v128.load32_splat(p), v, s0);
    s1 = fma(v128.load32_splat(p, 4), v, s1);
    s2 = fma(v128.load32_splat(p, 8), v, s2);
    s3 = fma(v128.load32_splat(p, 12), v, s3);
  }
  addTo(sums, f32x4.add(s0, t0));
  addTo(sums + line, f32x4.add(s1, t1));
  addTo(sums + 2 * line, f32x4.add(s2, t2));
  addTo(sums + 3 * line, f32x4.add(s3, t3));
}

function addOne(a: usize, aStep: usize, b: usize, bStep: usize, rows: usize, sums: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let p = a;
  let q = b;
  let i: usize = 0;
  for (; i + 2 <= rows; i += 2) {
    s0 = fma(v128.load32_splat(p), v128.load(q), s0);
    s1 = fma(v128.load32_splat(p + aStep), v128.load(q + bStep), s1);
    p += 2 * aStep;
    q += 2 * bStep;
  }
  if (i < rows) s0 = fma(v128.load32_splat(p), v128.load(q), s0);
  addTo(sums, f32x4.add(s0, s1));
}

function addTo(at: usize, v: v128): void {
  v128.store(at, f32x4.add(v128.load(at), v));
}
