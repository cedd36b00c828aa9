import { maskStep } from './mask';
import { sparsePairRows } from './sparse-pair-rows';
import { sparseRows, sparseTapRows } from './sparse-rows';
import { sparseWideRows } from './sparse-wide-rows';
import { isWide } from './wide';

/** So many rows of a panel stay in the first-level cache. Whole mask words. */
const block: usize = 256;

/** So many rows of two matrices do, when one of them is passed over column by column. */
const tallBlock: usize = 128;

/**
 * C = A·B + bias for an A with many zeros, C [rows, columns] without gaps.
 *
 * @param a [rows, inner] without gaps
 * @param masks of A, from `maskRows`
 * @param panels of B, from `pack`; its columns are a multiple of 32
 * @param bias [columns]
 * @param rectify whether what is below zero becomes zero
 * @param keep masks of what of C is not to become zero; 0 for all
 * @param made where the masks of C are written; 0 for nowhere
 */
export function sparseProduct(
  a: usize,
  masks: usize,
  rows: usize,
  inner: usize,
  panels: usize,
  columns: usize,
  bias: usize,
  c: usize,
  rectify: bool,
  keep: usize,
  made: usize,
): void {
  const cStep: usize = 4 * columns;
  const masksStep = maskStep(inner);
  const cMasksStep = maskStep(columns);
  // Where the columns fill half of the last word, nobody else writes the rest of it.
  if (made && columns & 32) memory.fill(made, 0, rows * cMasksStep);
  const together: usize = isWide() ? 64 : 32;
  for (let j: usize = 0; j < columns; ) {
    const given = columns - j >= together ? together : 32;
    for (let k: usize = 0; k < inner; k += block) {
      const depth = min(block, inner - k);
      const lines = panels + 4 * (j * inner + k * 32);
      const words = masks + (k >> 3);
      const from = a + 4 * k;
      const start = bias + 4 * j;
      const to = c + 4 * j;
      const add = k > 0;
      const last = k + block >= inner;
      const kept = keep && last ? keep + (j >> 3) : 0;
      const bits = made && last ? made + (j >> 3) : 0;
      if (given == 64) {
        sparseWideRows(
          from,
          4 * inner,
          4,
          words,
          masksStep,
          rows,
          depth,
          lines,
          128 * inner,
          start,
          to,
          cStep,
          add,
          rectify && last,
          kept,
          bits,
          cMasksStep,
        );
        continue;
      }
      sparseRows(
        from,
        4 * inner,
        4,
        words,
        masksStep,
        rows,
        depth,
        lines,
        start,
        to,
        cStep,
        add,
        rectify && last,
        kept,
        bits,
        cMasksStep,
      );
    }
    j += given;
  }
}

/**
 * C += Aᵀ·B for an A with many zeros, C [inner, columns] without gaps.
 *
 * @param a [rows, inner] without gaps
 * @param masks of Aᵀ, from `transposeMasks`
 * @param panels of B, from `pack`; its columns are a multiple of 32
 */
export function addSparseColumns(
  a: usize,
  masks: usize,
  rows: usize,
  inner: usize,
  panels: usize,
  columns: usize,
  c: usize,
): void {
  const aStep: usize = 4 * inner;
  const cStep: usize = 4 * columns;
  const masksStep = maskStep(rows);
  for (let i: usize = 0; i < rows; i += tallBlock) {
    const height = min(tallBlock, rows - i);
    const words = masks + (i >> 3);
    const from = a + i * aStep;
    let j: usize = 0;
    if (isWide()) {
      const step: usize = 128 * rows;
      for (; j + 64 <= columns; j += 64) {
        const lines = panels + 4 * (j * rows + i * 32);
        const to = c + 4 * j;
        sparseWideRows(
          from,
          4,
          aStep,
          words,
          masksStep,
          inner,
          height,
          lines,
          step,
          to,
          to,
          cStep,
          true,
          false,
          0,
          0,
          0,
        );
      }
    }
    for (; j < columns; j += 32) {
      const lines = panels + 4 * (j * rows + i * 32);
      const to = c + 4 * j;
      sparseRows(from, 4, aStep, words, masksStep, inner, height, lines, to, to, cStep, true, false, 0, 0, 0);
    }
  }
}

/**
 * The same where B and C have `panels` panels one after the other, of lines of so many bytes: those of `tapPatches` and
 * `packTapPanels`.
 */
export function addSparseTaps(
  a: usize,
  masks: usize,
  rows: usize,
  inner: usize,
  b: usize,
  panels: usize,
  width: usize,
  c: usize,
): void {
  const aStep: usize = 4 * inner;
  const masksStep = maskStep(rows);
  for (let i: usize = 0; i < rows; i += tallBlock) {
    const height = min(tallBlock, rows - i);
    for (let j: usize = 0; j < panels; j++) {
      const lines = b + (j * rows + i) * width;
      const words = masks + (i >> 3);
      const to = c + j * inner * width;
      const from = a + i * aStep;
      if (width == 80) sparsePairRows(from, 4, aStep, words, masksStep, inner, height, lines, to, to, width, true);
      else sparseTapRows(from, 4, aStep, words, masksStep, inner, height, lines, to, to, width, true);
    }
  }
}
