import { maskStep } from './mask';
import { sparseRows, sparseTapRows, tapPanel } from './sparse-rows';

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
): void {
  const cStep: usize = 4 * columns;
  const masksStep = maskStep(inner);
  for (let j: usize = 0; j < columns; j += 32) {
    for (let k: usize = 0; k < inner; k += block) {
      const depth = min(block, inner - k);
      const lines = panels + 4 * (j * inner + k * 32);
      const last = rectify && k + block >= inner;
      const words = masks + (k >> 3);
      const from = a + 4 * k;
      const to = c + 4 * j;
      sparseRows(from, 4 * inner, 4, words, masksStep, rows, depth, lines, bias + 4 * j, to, cStep, k > 0, last);
    }
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
    for (let j: usize = 0; j < columns; j += 32) {
      const lines = panels + 4 * (j * rows + i * 32);
      const words = masks + (i >> 3);
      const to = c + 4 * j;
      sparseRows(a + i * aStep, 4, aStep, words, masksStep, inner, height, lines, to, to, cStep, true, false);
    }
  }
}

/** The same where B and C have `panels` panels of 36 columns, one after the other. */
export function addSparseTaps(
  a: usize,
  masks: usize,
  rows: usize,
  inner: usize,
  b: usize,
  panels: usize,
  c: usize,
): void {
  const aStep: usize = 4 * inner;
  const width: usize = 4 * tapPanel;
  const masksStep = maskStep(rows);
  for (let i: usize = 0; i < rows; i += tallBlock) {
    const height = min(tallBlock, rows - i);
    for (let j: usize = 0; j < panels; j++) {
      const lines = b + (j * rows + i) * width;
      const words = masks + (i >> 3);
      const to = c + j * inner * width;
      sparseTapRows(a + i * aStep, 4, aStep, words, masksStep, inner, height, lines, to, to, width, true);
    }
  }
}
