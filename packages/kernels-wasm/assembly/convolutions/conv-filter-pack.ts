import { copyRows, packedColumns, panelWidth } from '../memory/pack';
import { transpose } from '../simd/transpose';

// A filter as the right operand of a product: a row for each number of a patch, a column for each channel of the result.
// It is stored tap by tap, each a matrix; the gradient of the input takes the taps backwards and each transposed. The
// first columns go into panels; up to four that would fill half a tile or less become rows, for dot products.

/** How many of so many columns go into panels. */
export function tiledColumns(columns: usize): usize {
  const rest = columns & 7;
  return rest <= 4 ? columns - rest : columns;
}

/** How many bytes a packed filter takes. */
export function packedBytes(taps: usize, inner: usize, columns: usize): usize {
  const tiled = tiledColumns(columns);
  // Reading four at a time, dot products may see up to three numbers past the last.
  return 4 * taps * inner * (packedColumns(tiled) + columns - tiled) + 16;
}

/** Packs a filter: panels as `pack` makes them, then rows. */
export function packTaps(
  filter: usize,
  taps: usize,
  inner: usize,
  columns: usize,
  backwards: bool,
  packed: usize,
): void {
  const tapBytes: usize = 4 * inner * columns;
  const tiled = tiledColumns(columns);
  let to = packed;
  for (let j: usize = 0; j < tiled; j += 32) {
    const width = panelWidth(tiled - j);
    const given = min(width, tiled - j);
    if (given < width) memory.fill(to, 0, 4 * taps * inner * width);
    for (let tap: usize = 0; tap < taps; tap++) {
      if (backwards) {
        transpose(filter + (taps - 1 - tap) * tapBytes + 4 * inner * j, 4 * inner, given, inner, to, 4 * width);
      } else {
        copyRows(filter + tap * tapBytes + 4 * j, 4 * columns, inner, given, to, 4 * width);
      }
      to += 4 * inner * width;
    }
  }
  const step: usize = 4 * taps * inner;
  for (let tap: usize = 0; tap < taps; tap++) {
    const row = to + 4 * tap * inner;
    if (backwards) {
      const from = filter + (taps - 1 - tap) * tapBytes + 4 * inner * tiled;
      copyRows(from, 4 * inner, columns - tiled, inner, row, step);
    } else {
      transpose(filter + tap * tapBytes + 4 * tiled, 4 * columns, inner, columns - tiled, row, step);
    }
  }
}
