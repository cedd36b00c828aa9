import { fma } from '../simd/fma';
import { copyTile, put, tileRows } from '../simd/tile';

/**
 * C = A·panel, where a row of A is made of runs of neighbouring numbers and rows begin where a table says: with the tables
 * of `conv-patches.ts` a convolution without its patches written out.
 *
 * @param a row i begins at `a + starts[i]`, and its run r `runs[r]` bytes further; both tables of u32
 * @param length how many numbers a run has
 * @param panel `count·length` rows, `width` bytes apart
 * @param columns of the panel that belong to C
 * @param begin what each row of C begins with, as long as the panel is wide
 * @param c rows `cStep` bytes apart
 * @param add whether each row begins with what C holds instead
 * @param rectify whether what is below zero becomes zero
 * @param edge space for one tile
 */
export function convRows(
  a: usize,
  starts: usize,
  rows: usize,
  runs: usize,
  count: usize,
  length: usize,
  panel: usize,
  width: usize,
  columns: usize,
  begin: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
  edge: usize,
): void {
  const floor = f32x4.splat(rectify ? 0 : -Infinity);
  const runsEnd = runs + 4 * count;
  const runBytes = length * width;
  for (let i: usize = 0; i < rows; i += tileRows) {
    const height = min(tileRows, rows - i);
    // Rows past the last are computed as copies of the last, and not stored.
    const table = starts + 4 * i;
    const last: usize = 4 * (height - 1);
    const a0 = a + load<u32>(table);
    const a1 = a + load<u32>(table + min<usize>(4, last));
    const a2 = a + load<u32>(table + min<usize>(8, last));
    const a3 = a + load<u32>(table + min<usize>(12, last));
    const a4 = a + load<u32>(table + min<usize>(16, last));
    const a5 = a + load<u32>(table + min<usize>(20, last));
    for (let j: usize = 0; j < columns; j += 8) {
      const given = min<usize>(8, columns - j);
      const whole = height == tileRows && given == 8;
      const target = c + i * cStep + 4 * j;
      const to = whole ? target : edge;
      const toStep = whole ? cStep : 32;
      if (add && !whole) copyTile(target, cStep, edge, 32, height, given);
      const from = add ? to : begin + 4 * j;
      const fromStep: usize = add ? toStep : 0;
      let c00 = v128.load(from);
      let c01 = v128.load(from, 16);
      let c10 = v128.load(from + fromStep);
      let c11 = v128.load(from + fromStep, 16);
      let c20 = v128.load(from + 2 * fromStep);
      let c21 = v128.load(from + 2 * fromStep, 16);
      let c30 = v128.load(from + 3 * fromStep);
      let c31 = v128.load(from + 3 * fromStep, 16);
      let c40 = c00;
      let c41 = c01;
      let c50 = c00;
      let c51 = c01;
      if (ASC_FEATURE_RELAXED_SIMD) {
        c40 = v128.load(from + 4 * fromStep);
        c41 = v128.load(from + 4 * fromStep, 16);
        c50 = v128.load(from + 5 * fromStep);
        c51 = v128.load(from + 5 * fromStep, 16);
      }
      let b = panel + 4 * j;
      for (let run = runs; run < runsEnd; run += 4) {
        const offset = <usize>load<u32>(run);
        let p0 = a0 + offset;
        let p1 = a1 + offset;
        let p2 = a2 + offset;
        let p3 = a3 + offset;
        let p4 = a4 + offset;
        let p5 = a5 + offset;
        const end = b + runBytes;
        for (; b < end; b += width) {
          const b0 = v128.load(b);
          const b1 = v128.load(b, 16);
          let x = v128.load32_splat(p0);
          c00 = fma(x, b0, c00);
          c01 = fma(x, b1, c01);
          x = v128.load32_splat(p1);
          c10 = fma(x, b0, c10);
          c11 = fma(x, b1, c11);
          x = v128.load32_splat(p2);
          c20 = fma(x, b0, c20);
          c21 = fma(x, b1, c21);
          x = v128.load32_splat(p3);
          c30 = fma(x, b0, c30);
          c31 = fma(x, b1, c31);
          p0 += 4;
          p1 += 4;
          p2 += 4;
          p3 += 4;
          if (ASC_FEATURE_RELAXED_SIMD) {
            x = v128.load32_splat(p4);
            c40 = fma(x, b0, c40);
            c41 = fma(x, b1, c41);
            x = v128.load32_splat(p5);
            c50 = fma(x, b0, c50);
            c51 = fma(x, b1, c51);
            p4 += 4;
            p5 += 4;
          }
        }
      }
      put(to, c00, c01, floor);
      put(to + toStep, c10, c11, floor);
      put(to + 2 * toStep, c20, c21, floor);
      put(to + 3 * toStep, c30, c31, floor);
      if (ASC_FEATURE_RELAXED_SIMD) {
        put(to + 4 * toStep, c40, c41, floor);
        put(to + 5 * toStep, c50, c51, floor);
      }
      if (!whole) copyTile(edge, 32, target, cStep, height, given);
    }
  }
}
