import { fma } from '../simd/fma';

/**
 * C += A·B for few columns, with A as in `convColumns`: sixteen numbers of a column of A at a time.
 *
 * @param a column k begins at `a + starts[k]`; up to fifteen numbers past its last are read
 * @param b element (k, j) stands at `b + k·bStep + 4·j`
 * @param c rows `cStep` bytes apart
 * @param add whether C holds something already
 */
export function convColumnsSkinny(
  a: usize,
  starts: usize,
  rows: usize,
  inner: usize,
  b: usize,
  bStep: usize,
  columns: usize,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  const zero = f32x4.splat(0);
  const startsEnd = starts + 4 * inner;
  for (let i: usize = 0; i < rows; i += 16) {
    const from = a + 4 * i;
    for (let j: usize = 0; j < columns; j += 2) {
      // An odd column is paired with itself.
      const other: usize = j + 1 < columns ? 4 : 0;
      let s0 = zero;
      let s1 = zero;
      let s2 = zero;
      let s3 = zero;
      let t0 = zero;
      let t1 = zero;
      let t2 = zero;
      let t3 = zero;
      let line = b + 4 * j;
      for (let start = starts; start < startsEnd; start += 4) {
        const p = from + load<u32>(start);
        const x = v128.load32_splat(line);
        const y = v128.load32_splat(line + other);
        let m = v128.load(p);
        s0 = fma(x, m, s0);
        t0 = fma(y, m, t0);
        m = v128.load(p, 16);
        s1 = fma(x, m, s1);
        t1 = fma(y, m, t1);
        m = v128.load(p, 32);
        s2 = fma(x, m, s2);
        t2 = fma(y, m, t2);
        m = v128.load(p, 48);
        s3 = fma(x, m, s3);
        t3 = fma(y, m, t3);
        line += bStep;
      }
      const left = rows - i;
      const to = c + i * cStep + 4 * j;
      putColumn(to, cStep, s0, s1, s2, s3, left, add);
      if (other) putColumn(to + 4, cStep, t0, t1, t2, t3, left, add);
    }
  }
}

function putColumn(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128, left: usize, add: bool): void {
  putLanes(to, step, a, left, add);
  if (left > 4) putLanes(to + 4 * step, step, b, left - 4, add);
  if (left > 8) putLanes(to + 8 * step, step, c, left - 8, add);
  if (left > 12) putLanes(to + 12 * step, step, d, left - 12, add);
}

function putLanes(to: usize, step: usize, v: v128, left: usize, add: bool): void {
  putSum(to, f32x4.extract_lane(v, 0), add);
  if (left > 1) putSum(to + step, f32x4.extract_lane(v, 1), add);
  if (left > 2) putSum(to + 2 * step, f32x4.extract_lane(v, 2), add);
  if (left > 3) putSum(to + 3 * step, f32x4.extract_lane(v, 3), add);
}

function putSum(to: usize, sum: f32, add: bool): void {
  store<f32>(to, add ? load<f32>(to) + sum : sum);
}
