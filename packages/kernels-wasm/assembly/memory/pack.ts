import { transpose } from '../simd/transpose';

// The right operand of a product, rearranged so that the inner loops read it in a straight line: panels of 32 columns,
// the last one of 32, 16 or 8, each panel `inner` rows of `width` numbers, zeros past the last column.

/** How many columns the panel has that begins with so many columns left. */
export function panelWidth(left: usize): usize {
  return left > 16 ? 32 : left > 8 ? 16 : 8;
}

/** How many columns the panels of a matrix have together. */
export function packedColumns(columns: usize): usize {
  const whole = columns & ~31;
  return columns == whole ? whole : whole + panelWidth(columns - whole);
}

/** Packs [inner, columns], whose element (k, j) stands at `b + k·innerStep + j·columnStep`; one of the steps is 4. */
export function pack(b: usize, innerStep: usize, columnStep: usize, inner: usize, columns: usize, panels: usize): void {
  let panel = panels;
  for (let j: usize = 0; j < columns; j += 32) {
    const width = panelWidth(columns - j);
    const given = min(width, columns - j);
    const from = b + j * columnStep;
    if (given < width) memory.fill(panel, 0, 4 * inner * width);
    if (columnStep == 4) copyRows(from, innerStep, inner, given, panel, 4 * width);
    else transpose(from, columnStep, given, inner, panel, 4 * width);
    panel += 4 * inner * width;
  }
}

/** Copies [rows, columns] between places whose rows are `fromStep` and `toStep` bytes apart. */
export function copyRows(from: usize, fromStep: usize, rows: usize, columns: usize, to: usize, toStep: usize): void {
  const whole: usize = 4 * (columns & ~3);
  for (let i: usize = 0; i < rows; i++) {
    const source = from + i * fromStep;
    const target = to + i * toStep;
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(target + at, v128.load(source + at));
    for (; at < 4 * columns; at += 4) store<f32>(target + at, load<f32>(source + at));
  }
}

/** Writes zeros. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}
