import { nonzeroStep } from './nonzero-bits';
import { sparsePairRows } from './sparse-pair-rows';
import { sparseRows, sparseTapRows } from './sparse-rows';

/** So many rows of a panel stay in the first-level cache. Whole mask words. */
const block: usize = 256;

/** So many rows of two matrices do, when one of them is passed over column by column. */
const tallBlock: usize = 128;

/**
 * C = A·B + bias for an A with many zeros, C [rows, columns] without gaps.
 *
 * @param a [rows, inner] without gaps
 * @param nonzeros of A, from `findNonzeros`
 * @param panels of B, from `pack`; its columns are a multiple of 32
 * @param bias [columns]
 * @param rectify whether what is below zero becomes zero
 * @param keep nonzeros of what of C is not to become zero; 0 for all
 * @param made where the nonzeros of C are written; 0 for nowhere
 */
export function sparseProduct(
  a: usize,
  nonzeros: usize,
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
  const masksStep = nonzeroStep(inner);
  const cMasksStep = nonzeroStep(columns);
  // Where the columns fill half of the last word, nobody else writes the rest of it.
  if (made && columns & 32) memory.fill(made, 0, rows * cMasksStep);
  for (let k: usize = 0; k < inner; k += block) {
    const depth = min(block, inner - k);
    const last = k + block >= inner;
    sparseRows(
      a + 4 * k,
      4 * inner,
      4,
      nonzeros + (k >> 3),
      masksStep,
      rows,
      depth,
      panels + 128 * k,
      128 * inner,
      columns,
      bias,
      c,
      cStep,
      k > 0,
      rectify && last,
      last ? keep : 0,
      last ? made : 0,
      cMasksStep,
    );
  }
}

/**
 * C += Aᵀ·B for an A with many zeros, C [inner, columns] without gaps.
 *
 * @param a [rows, inner] without gaps
 * @param nonzeros of Aᵀ, from `transposeNonzeros`
 * @param panels of B, from `pack`; its columns are a multiple of 32
 */
export function addSparseColumns(
  a: usize,
  nonzeros: usize,
  rows: usize,
  inner: usize,
  panels: usize,
  columns: usize,
  c: usize,
): void {
  const aStep: usize = 4 * inner;
  const cStep: usize = 4 * columns;
  const masksStep = nonzeroStep(rows);
  for (let i: usize = 0; i < rows; i += tallBlock) {
    const height = min(tallBlock, rows - i);
    const words = nonzeros + (i >> 3);
    const lines = panels + 128 * i;
    sparseRows(
      a + i * aStep,
      4,
      aStep,
      words,
      masksStep,
      inner,
      height,
      lines,
      128 * rows,
      columns,
      c,
      c,
      cStep,
      true,
      false,
      0,
      0,
      0,
    );
  }
}

/**
 * The same where B and C have `panels` panels one after the other, of lines of so many bytes: those of `im2colTaps` and
 * `packTapPanels`.
 */
export function addSparseTaps(
  a: usize,
  nonzeros: usize,
  rows: usize,
  inner: usize,
  b: usize,
  panels: usize,
  width: usize,
  c: usize,
): void {
  const aStep: usize = 4 * inner;
  const masksStep = nonzeroStep(rows);
  for (let i: usize = 0; i < rows; i += tallBlock) {
    const height = min(tallBlock, rows - i);
    for (let j: usize = 0; j < panels; j++) {
      const lines = b + (j * rows + i) * width;
      const words = nonzeros + (i >> 3);
      const to = c + j * inner * width;
      const from = a + i * aStep;
      if (width == 80) sparsePairRows(from, 4, aStep, words, masksStep, inner, height, lines, to, to, width, true);
      else sparseTapRows(from, 4, aStep, words, masksStep, inner, height, lines, to, to, width, true);
    }
  }
}
