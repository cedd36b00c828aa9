import { fma } from '../simd/fma';
import { copyTile, put, tileRows } from '../simd/tile';

/**
 * C += A·panel, where the columns of A begin where a table says and hold neighbouring numbers: with the tables of
 * `conv-patches.ts`, the numbers of each pixel's patch against what belongs to the pixel.
 *
 * @param a column k begins at `a + starts[k]`; up to five numbers past its last are read
 * @param panel `inner` rows, `width` bytes apart
 * @param columns of the panel that belong to C
 * @param c rows `cStep` bytes apart
 * @param add whether C holds something already
 * @param edge space for one tile
 */
export function convColumns(
  a: usize,
  starts: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  width: usize,
  columns: usize,
  c: usize,
  cStep: usize,
  add: bool,
  edge: usize,
): void {
  const zero = f32x4.splat(0);
  const floor = f32x4.splat(-Infinity);
  const startsEnd = starts + 4 * inner;
  for (let i: usize = 0; i < rows; i += tileRows) {
    const height = min(tileRows, rows - i);
    const from = a + 4 * i;
    for (let j: usize = 0; j < columns; j += 8) {
      const given = min<usize>(8, columns - j);
      const whole = height == tileRows && given == 8;
      const target = c + i * cStep + 4 * j;
      const to = whole ? target : edge;
      const toStep = whole ? cStep : 32;
      let c00 = zero;
      let c01 = zero;
      let c10 = zero;
      let c11 = zero;
      let c20 = zero;
      let c21 = zero;
      let c30 = zero;
      let c31 = zero;
      let c40 = zero;
      let c41 = zero;
      let c50 = zero;
      let c51 = zero;
      if (add) {
        if (!whole) copyTile(target, cStep, edge, 32, height, given);
        c00 = v128.load(to);
        c01 = v128.load(to, 16);
        c10 = v128.load(to + toStep);
        c11 = v128.load(to + toStep, 16);
        c20 = v128.load(to + 2 * toStep);
        c21 = v128.load(to + 2 * toStep, 16);
        c30 = v128.load(to + 3 * toStep);
        c31 = v128.load(to + 3 * toStep, 16);
        if (ASC_FEATURE_RELAXED_SIMD) {
          c40 = v128.load(to + 4 * toStep);
          c41 = v128.load(to + 4 * toStep, 16);
          c50 = v128.load(to + 5 * toStep);
          c51 = v128.load(to + 5 * toStep, 16);
        }
      }
      let b = panel + 4 * j;
      for (let start = starts; start < startsEnd; start += 4) {
        const p = from + load<u32>(start);
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let x = v128.load32_splat(p);
        c00 = fma(x, b0, c00);
        c01 = fma(x, b1, c01);
        x = v128.load32_splat(p, 4);
        c10 = fma(x, b0, c10);
        c11 = fma(x, b1, c11);
        x = v128.load32_splat(p, 8);
        c20 = fma(x, b0, c20);
        c21 = fma(x, b1, c21);
        x = v128.load32_splat(p, 12);
        c30 = fma(x, b0, c30);
        c31 = fma(x, b1, c31);
        if (ASC_FEATURE_RELAXED_SIMD) {
          x = v128.load32_splat(p, 16);
          c40 = fma(x, b0, c40);
          c41 = fma(x, b1, c41);
          x = v128.load32_splat(p, 20);
          c50 = fma(x, b0, c50);
          c51 = fma(x, b1, c51);
        }
        b += width;
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
