import { fma } from '../simd/fma';

/** The most columns of A for which this is used. */
export const maxSkinnyInner: usize = 6;

/** How many columns are done at a time; the matrix must have that many. */
export const skinnyRowColumns: usize = 16;

/**
 * C = A·B for an A of few columns, as the first layer of a conditioner in few dimensions has: almost all the work is
 * writing C. Lines of B stay in registers, two at a time, while the rows pass.
 *
 * @param a element (i, k) stands at `a + i·rowStep + k·innerStep`
 * @param lines `inner` rows, `lineStep` bytes apart
 * @param start what each row of C begins with
 * @param c [rows, columns] without gaps
 * @param rectify whether what is below zero becomes zero
 */
export function skinnyRows(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  rows: usize,
  inner: usize,
  lines: usize,
  lineStep: usize,
  columns: usize,
  start: usize,
  c: usize,
  rectify: bool,
): void {
  const cStep: usize = 4 * columns;
  for (let next: usize = 0; next < columns; next += skinnyRowColumns) {
    // The last columns are done together with some that were done before.
    const j: usize = 4 * min(next, columns - skinnyRowColumns);
    for (let k: usize = 0; k < inner; k += 2) {
      const paired = k + 1 < inner;
      const line = lines + k * lineStep + j;
      const other = paired ? line + lineStep : line;
      const b0 = v128.load(line);
      const b1 = v128.load(line, 16);
      const b2 = v128.load(line, 32);
      const b3 = v128.load(line, 48);
      const keep = i32x4.splat(paired ? -1 : 0);
      const d0 = v128.and(keep, v128.load(other));
      const d1 = v128.and(keep, v128.load(other, 16));
      const d2 = v128.and(keep, v128.load(other, 32));
      const d3 = v128.and(keep, v128.load(other, 48));
      const first = k == 0;
      const floor = f32x4.splat(rectify && k + 2 >= inner ? 0 : -Infinity);
      let numbers = a + k * innerStep;
      let to = c + j;
      for (let i: usize = 0; i < rows; i++) {
        const from = first ? start + j : to;
        const x = v128.load32_splat(numbers);
        const y = v128.load32_splat(paired ? numbers + innerStep : numbers);
        v128.store(to, f32x4.pmax(fma(y, d0, fma(x, b0, v128.load(from))), floor));
        v128.store(to, f32x4.pmax(fma(y, d1, fma(x, b1, v128.load(from, 16))), floor), 16);
        v128.store(to, f32x4.pmax(fma(y, d2, fma(x, b2, v128.load(from, 32))), floor), 32);
        v128.store(to, f32x4.pmax(fma(y, d3, fma(x, b3, v128.load(from, 48))), floor), 48);
        numbers += rowStep;
        to += cStep;
      }
    }
  }
}
