import { fma } from '../simd/fma';

/** Rows and columns of a tile. */
export const simd256Rows: usize = 6;
export const simd256Columns: usize = 16;

/**
 * What `denseRows` does, for whole tiles that are twice as wide as its own: as many as registers hold where the engine makes
 * one instruction of two neighbours (`wide.ts`).
 *
 * @param rows a multiple of `simd256Rows`
 * @param columns a multiple of `simd256Columns`
 */
export function denseRowsSimd256(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  width: usize,
  columns: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
): void {
  const floor = f32x4.splat(rectify ? 0 : -Infinity);
  for (let i: usize = 0; i < rows; i += simd256Rows) {
    for (let j: usize = 0; j < columns; j += simd256Columns) {
      let p0 = a + i * rowStep;
      let p1 = p0 + rowStep;
      let p2 = p1 + rowStep;
      let p3 = p2 + rowStep;
      let p4 = p3 + rowStep;
      let p5 = p4 + rowStep;
      let b = panel + 4 * j;
      const end = b + inner * width;
      const to = c + i * cStep + 4 * j;
      const from = add ? to : start + 4 * j;
      const fromStep: usize = add ? cStep : 0;
      let c00 = v128.load(from);
      let c01 = v128.load(from, 16);
      let c02 = v128.load(from, 32);
      let c03 = v128.load(from, 48);
      let c10 = v128.load(from + fromStep);
      let c11 = v128.load(from + fromStep, 16);
      let c12 = v128.load(from + fromStep, 32);
      let c13 = v128.load(from + fromStep, 48);
      let c20 = v128.load(from + 2 * fromStep);
      let c21 = v128.load(from + 2 * fromStep, 16);
      let c22 = v128.load(from + 2 * fromStep, 32);
      let c23 = v128.load(from + 2 * fromStep, 48);
      let c30 = v128.load(from + 3 * fromStep);
      let c31 = v128.load(from + 3 * fromStep, 16);
      let c32 = v128.load(from + 3 * fromStep, 32);
      let c33 = v128.load(from + 3 * fromStep, 48);
      let c40 = v128.load(from + 4 * fromStep);
      let c41 = v128.load(from + 4 * fromStep, 16);
      let c42 = v128.load(from + 4 * fromStep, 32);
      let c43 = v128.load(from + 4 * fromStep, 48);
      let c50 = v128.load(from + 5 * fromStep);
      let c51 = v128.load(from + 5 * fromStep, 16);
      let c52 = v128.load(from + 5 * fromStep, 32);
      let c53 = v128.load(from + 5 * fromStep, 48);
      for (; b < end; b += width) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const b2 = v128.load(b, 32);
        const b3 = v128.load(b, 48);
        let x = v128.load32_splat(p0);
        c00 = fma(x, b0, c00);
        c01 = fma(x, b1, c01);
        c02 = fma(x, b2, c02);
        c03 = fma(x, b3, c03);
        x = v128.load32_splat(p1);
        c10 = fma(x, b0, c10);
        c11 = fma(x, b1, c11);
        c12 = fma(x, b2, c12);
        c13 = fma(x, b3, c13);
        x = v128.load32_splat(p2);
        c20 = fma(x, b0, c20);
        c21 = fma(x, b1, c21);
        c22 = fma(x, b2, c22);
        c23 = fma(x, b3, c23);
        x = v128.load32_splat(p3);
        c30 = fma(x, b0, c30);
        c31 = fma(x, b1, c31);
        c32 = fma(x, b2, c32);
        c33 = fma(x, b3, c33);
        x = v128.load32_splat(p4);
        c40 = fma(x, b0, c40);
        c41 = fma(x, b1, c41);
        c42 = fma(x, b2, c42);
        c43 = fma(x, b3, c43);
        x = v128.load32_splat(p5);
        c50 = fma(x, b0, c50);
        c51 = fma(x, b1, c51);
        c52 = fma(x, b2, c52);
        c53 = fma(x, b3, c53);
        p0 += innerStep;
        p1 += innerStep;
        p2 += innerStep;
        p3 += innerStep;
        p4 += innerStep;
        p5 += innerStep;
      }
      put(to, c00, c01, c02, c03, floor);
      put(to + cStep, c10, c11, c12, c13, floor);
      put(to + 2 * cStep, c20, c21, c22, c23, floor);
      put(to + 3 * cStep, c30, c31, c32, c33, floor);
      put(to + 4 * cStep, c40, c41, c42, c43, floor);
      put(to + 5 * cStep, c50, c51, c52, c53, floor);
    }
  }
}

function put(to: usize, v0: v128, v1: v128, v2: v128, v3: v128, floor: v128): void {
  v128.store(to, f32x4.pmax(v0, floor));
  v128.store(to, f32x4.pmax(v1, floor), 16);
  v128.store(to, f32x4.pmax(v2, floor), 32);
  v128.store(to, f32x4.pmax(v3, floor), 48);
}
