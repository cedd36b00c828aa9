import { activate, relu } from '../layers/activation';
import { pack, packedColumns, panelWidth } from '../memory/pack';
import { transpose } from '../simd/transpose';
import { findNonzeros, nonzeroStep } from '../sparse/nonzero-bits';
import { sparseRows } from '../sparse/sparse-rows';
import { denseRows } from './dense-rows';
import { addSkinny, maxSkinny, skinnyDot } from './skinny-product';
import { maxSkinnyInner, skinnyRowColumns, skinnyRows } from './skinny-rows';

/** So many rows of a panel stay in the first-level cache. A whole number of mask words. */
export const block: usize = 256;

/**
 * Where zeros are skipped, which lines of a panel are read next depends on the numbers: half as many stay there surely. Of A so many
 * rows stay in the second-level cache until all panels have been at them.
 */
const sparseBlock: usize = 128;
const sparseHeight: usize = 64;

/** Above this share of numbers that are not zero, skipping the zeros costs more than it saves. */
export const sparseShare: f64 = 0.75;

/** Space for one tile. */
export const edgeBytes: usize = 192;

/** How many bytes of scratch `product` takes. */
export function productScratch(rows: usize, inner: usize, columns: usize, skipZeros: bool): usize {
  const padded: usize = 4 * packedColumns(columns);
  const nonzeros = skipZeros ? rows * nonzeroStep(inner) : 0;
  const vectors: usize = 4 * maxSkinny * inner;
  return max(edgeBytes + 2 * padded + inner * padded + nonzeros, vectors);
}

/**
 * C = activation(A·B + bias), C [rows, columns] without gaps.
 *
 * @param a element (i, k) stands at `a + i·aRowStep + k·aInnerStep`; one of the steps is 4
 * @param b element (k, j) stands at `b + k·bInnerStep + j·bColumnStep`; one of the steps is 4
 * @param bias [columns], or 0 for none
 * @param c another place than A and B
 * @param activation a code of `activate`
 * @param skipZeros whether A may have many zeros; `aInnerStep` is then 4
 * @param scratch `productScratch` bytes
 */
export function product(
  a: usize,
  aRowStep: usize,
  aInnerStep: usize,
  b: usize,
  bInnerStep: usize,
  bColumnStep: usize,
  bias: usize,
  c: usize,
  rows: usize,
  inner: usize,
  columns: usize,
  activation: u32,
  slope: f32,
  skipZeros: bool,
  scratch: usize,
): void {
  if (rows == 0 || columns == 0) return;
  const rectify = activation == relu;
  if (fewColumns(a, aRowStep, aInnerStep, b, bInnerStep, bColumnStep, bias, c, rows, inner, columns, scratch)) {
    activate(c, rows * columns, activation, slope);
  } else if (fewRows(a, aRowStep, aInnerStep, b, bInnerStep, bColumnStep, bias, c, rows, inner, columns, scratch)) {
    activate(c, rows * columns, activation, slope);
  } else {
    const padded: usize = 4 * packedColumns(columns);
    const begin = scratch + edgeBytes;
    const panels = begin + padded;
    const nonzeros = panels + inner * padded;
    memory.fill(begin, 0, padded);
    if (bias) memory.copy(begin, bias, 4 * columns);
    if (inner > 0 && inner <= maxSkinnyInner && columns >= skinnyRowColumns) {
      let lines = b;
      if (bColumnStep != 4) {
        lines = panels;
        transpose(b, bColumnStep, columns, inner, lines, 4 * columns);
      }
      const lineStep = lines == b ? bInnerStep : 4 * columns;
      skinnyRows(a, aRowStep, aInnerStep, rows, inner, lines, lineStep, columns, begin, c, rectify);
      if (!rectify) activate(c, rows * columns, activation, slope);
      return;
    }
    pack(b, bInnerStep, bColumnStep, inner, columns, panels);
    const sparse =
      skipZeros && <f64>findNonzeros(a, aRowStep, rows, inner, nonzeros) < sparseShare * <f64>rows * <f64>inner;
    tiles(a, aRowStep, aInnerStep, panels, begin, c, rows, inner, columns, rectify, sparse ? nonzeros : 0, scratch);
    if (!rectify) activate(c, rows * columns, activation, slope);
  }
}

/** Every panel with every block of the inner dimension. */
function tiles(
  a: usize,
  aRowStep: usize,
  aInnerStep: usize,
  panels: usize,
  begin: usize,
  c: usize,
  rows: usize,
  inner: usize,
  columns: usize,
  rectify: bool,
  nonzeros: usize,
  edge: usize,
): void {
  const cStep: usize = 4 * columns;
  const whole = nonzeros ? columns & ~31 : 0;
  for (let i: usize = 0; i < rows && whole > 0; i += sparseHeight) {
    const height = min(sparseHeight, rows - i);
    const masksStep = nonzeroStep(inner);
    for (let j: usize = 0; j < whole; j += 32) {
      for (let k: usize = 0; k < inner; k += sparseBlock) {
        sparseRows(
          a + i * aRowStep + k * aInnerStep,
          aRowStep,
          4,
          nonzeros + i * masksStep + (k >> 3),
          masksStep,
          height,
          min(sparseBlock, inner - k),
          panels + 4 * (j * inner + k * 32),
          0,
          32,
          begin + 4 * j,
          c + i * cStep + 4 * j,
          cStep,
          k > 0,
          rectify && k + sparseBlock >= inner,
          0,
          0,
          0,
        );
      }
    }
  }
  for (let j = whole; j < columns; j += 32) {
    const width = panelWidth(columns - j);
    const given = min(width, columns - j);
    // Without an inner dimension there is one empty block, which writes what the rows begin with.
    for (let k: usize = 0; k == 0 || k < inner; k += block) {
      denseRows(
        a + k * aInnerStep,
        aRowStep,
        aInnerStep,
        rows,
        min(block, inner - k),
        panels + 4 * (j * inner + k * width),
        4 * width,
        given,
        begin + 4 * j,
        c + 4 * j,
        cStep,
        k > 0,
        rectify && k + block >= inner,
        edge,
      );
    }
  }
}

/** Does the product where C has few columns, if it is of a kind that `few.ts` knows. */
function fewColumns(
  a: usize,
  aRowStep: usize,
  aInnerStep: usize,
  b: usize,
  bInnerStep: usize,
  bColumnStep: usize,
  bias: usize,
  c: usize,
  rows: usize,
  inner: usize,
  columns: usize,
  scratch: usize,
): bool {
  if (columns > maxSkinny || inner <= maxSkinnyInner) return false;
  if (aInnerStep == 4) {
    let ones = b;
    if (bInnerStep != 4) {
      ones = scratch;
      transpose(b, bInnerStep, inner, columns, ones, 4 * inner);
    }
    const oneStep = ones == b ? bColumnStep : 4 * inner;
    skinnyDot(a, aRowStep, rows, inner, ones, oneStep, columns, bias, c, 4 * columns, 4);
    return true;
  }
  if (bias) return false;
  addSkinny(b, bColumnStep, bInnerStep, columns, inner, a, aInnerStep, rows, 0, c, 4, 4 * columns);
  return true;
}

/** Does the product where C has few rows, if it is of a kind that `few.ts` knows. */
function fewRows(
  a: usize,
  aRowStep: usize,
  aInnerStep: usize,
  b: usize,
  bInnerStep: usize,
  bColumnStep: usize,
  bias: usize,
  c: usize,
  rows: usize,
  inner: usize,
  columns: usize,
  scratch: usize,
): bool {
  if (rows > maxSkinny || inner <= maxSkinnyInner) return false;
  if (bColumnStep == 4) {
    addSkinny(a, aRowStep, aInnerStep, rows, inner, b, bInnerStep, columns, bias, c, 4 * columns, 4);
    return true;
  }
  if (bias) return false;
  let ones = a;
  if (aInnerStep != 4) {
    ones = scratch;
    transpose(a, aInnerStep, inner, rows, ones, 4 * inner);
  }
  const oneStep = ones == a ? aRowStep : 4 * inner;
  skinnyDot(b, bColumnStep, columns, inner, ones, oneStep, rows, 0, c, 4, 4 * columns);
  return true;
}
