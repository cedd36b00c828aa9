import { fma } from '../simd/fma';
import { isSimd256 } from '../simd/simd256';
import { copyTile, put, tileRows } from '../simd/tile';
import { denseRowsSimd256, simd256Columns, simd256Rows } from './dense-rows-simd256';

/**
 * C = A·panel, with what the result begins and ends with.
 *
 * @param a element (i, k) stands at `a + i·rowStep + k·innerStep`
 * @param panel `inner` rows, `width` bytes apart
 * @param columns of the panel that belong to C
 * @param start what each row of C begins with, as long as the panel is wide
 * @param c rows `cStep` bytes apart
 * @param add whether each row begins with what C holds instead
 * @param rectify whether what is below zero becomes zero
 * @param edge space for one tile
 */
export function denseRows(
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
  edge: usize,
): void {
  if (!isSimd256()) {
    narrowTiles(a, rowStep, innerStep, rows, inner, panel, width, columns, start, c, cStep, add, rectify, edge);
    return;
  }
  const below = rows - (rows % simd256Rows);
  const beside = columns - (columns % simd256Columns);
  denseRowsSimd256(a, rowStep, innerStep, below, inner, panel, width, beside, start, c, cStep, add, rectify);
  if (beside < columns) {
    const at: usize = 4 * beside;
    const left = columns - beside;
    narrowTiles(
      a,
      rowStep,
      innerStep,
      below,
      inner,
      panel + at,
      width,
      left,
      start + at,
      c + at,
      cStep,
      add,
      rectify,
      edge,
    );
  }
  if (below < rows) {
    const from = a + below * rowStep;
    const to = c + below * cStep;
    narrowTiles(
      from,
      rowStep,
      innerStep,
      rows - below,
      inner,
      panel,
      width,
      columns,
      start,
      to,
      cStep,
      add,
      rectify,
      edge,
    );
  }
}

/** Tiles of eight columns. */
function narrowTiles(
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
  edge: usize,
): void {
  const floor = f32x4.splat(rectify ? 0 : -Infinity);
  for (let i: usize = 0; i < rows; i += tileRows) {
    const height = min(tileRows, rows - i);
    // Rows past the last are computed as copies of the last, and not stored.
    const a0 = a + i * rowStep;
    const a1 = height > 1 ? a0 + rowStep : a0;
    const a2 = height > 2 ? a1 + rowStep : a1;
    const a3 = height > 3 ? a2 + rowStep : a2;
    const a4 = height > 4 ? a3 + rowStep : a3;
    const a5 = height > 5 ? a4 + rowStep : a4;
    for (let j: usize = 0; j < columns; j += 8) {
      let p0 = a0;
      let p1 = a1;
      let p2 = a2;
      let p3 = a3;
      let p4 = a4;
      let p5 = a5;
      let b = panel + 4 * j;
      const end = b + inner * width;
      const given = min(8, columns - j);
      const whole = height == tileRows && given == 8;
      const target = c + i * cStep + 4 * j;
      const to = whole ? target : edge;
      const toStep = whole ? cStep : 32;
      if (add && !whole) copyTile(target, cStep, edge, 32, height, given);
      const from = add ? to : start + 4 * j;
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
        p0 += innerStep;
        p1 += innerStep;
        p2 += innerStep;
        p3 += innerStep;
        if (ASC_FEATURE_RELAXED_SIMD) {
          x = v128.load32_splat(p4);
          c40 = fma(x, b0, c40);
          c41 = fma(x, b1, c41);
          x = v128.load32_splat(p5);
          c50 = fma(x, b0, c50);
          c51 = fma(x, b1, c51);
          p4 += innerStep;
          p5 += innerStep;
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
