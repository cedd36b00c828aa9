import { activate, relu } from '../layers/activation';
import { copyRows, packedColumns, panelWidth } from '../memory/pack';
import { transpose } from '../simd/transpose';
import { findNonzeros, nonzeroStep } from '../sparse/nonzero-bits';
import { sparseRows } from '../sparse/sparse-rows';
import { denseRows } from './dense-rows';
import { block, edgeBytes, product, productScratch, sparseShare } from './product';
import { chooseSeen, hideUnseen, highest, runBegin, runEnd, seenBits } from './seen';
import { maxSkinny } from './skinny-product';
import { maxSkinnyInner } from './skinny-rows';

/** How many bytes of scratch `maskedProduct` takes. */
export function maskedProductScratch(rows: usize, inner: usize, columns: usize, skipZeros: bool): usize {
  const step = nonzeroStep(inner);
  const chosen = skipZeros ? (rows + 1) * step : 0;
  return productScratch(rows, inner, columns, skipZeros) + max<usize>(chosen, 4 * inner * columns);
}

/**
 * What `product` does, where column j of B sees only the rows k with from(k) ≤ to(j): the rest of B is taken for zero, whatever it
 * is, and what no column of a panel sees is left out.
 *
 * @param from a degree for each row of B
 * @param to a degree for each of its columns
 * @param scratch `maskedProductScratch` bytes
 */
export function maskedProduct(
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
  from: usize,
  to: usize,
  scratch: usize,
): void {
  if (rows == 0 || columns == 0) return;
  const rest = scratch + productScratch(rows, inner, columns, skipZeros);
  if (rows <= maxSkinny || columns <= maxSkinny || inner <= maxSkinnyInner) {
    // Multiplying is not what takes the time.
    const step: usize = 4 * columns;
    if (bColumnStep == 4) copyRows(b, bInnerStep, inner, columns, rest, step);
    else transpose(b, bColumnStep, columns, inner, rest, step);
    hideUnseen(rest, step, inner, columns, from, to);
    product(
      a,
      aRowStep,
      aInnerStep,
      rest,
      step,
      4,
      bias,
      c,
      rows,
      inner,
      columns,
      activation,
      slope,
      skipZeros,
      scratch,
    );
    return;
  }
  const padded: usize = 4 * packedColumns(columns);
  const begin = scratch + edgeBytes;
  const panels = begin + padded;
  const nonzeros = panels + inner * padded;
  memory.fill(begin, 0, padded);
  if (bias) memory.copy(begin, bias, 4 * columns);
  const sparse =
    skipZeros && <f64>findNonzeros(a, aRowStep, rows, inner, nonzeros) < sparseShare * <f64>rows * <f64>inner;
  const rectify = activation == relu;
  const cStep: usize = 4 * columns;
  for (let j: usize = 0; j < columns; j += 32) {
    const width = panelWidth(columns - j);
    const given = min(width, columns - j);
    const panel = panels + 4 * j * inner;
    const most = highest(to + 4 * j, given);
    packSeen(b + j * bColumnStep, bInnerStep, bColumnStep, inner, given, panel, 4 * width, from, to + 4 * j, most);
    const start = begin + 4 * j;
    const target = c + 4 * j;
    if (sparse && given == 32) {
      sparsePanel(a, aRowStep, nonzeros, rows, inner, panel, start, target, cStep, rectify, from, most, rest);
    } else {
      const step: usize = 4 * width;
      densePanel(
        a,
        aRowStep,
        aInnerStep,
        rows,
        inner,
        panel,
        step,
        given,
        start,
        target,
        cStep,
        rectify,
        from,
        most,
        scratch,
      );
    }
  }
  if (!rectify) activate(c, rows * columns, activation, slope);
}

/** Packs what a panel sees, as `pack` does, run after run; the rest of the panel is not read. */
function packSeen(
  b: usize,
  innerStep: usize,
  columnStep: usize,
  inner: usize,
  columns: usize,
  panel: usize,
  step: usize,
  from: usize,
  to: usize,
  most: i32,
): void {
  for (let begin = runBegin(from, 0, inner, most); begin < inner; ) {
    const end = runEnd(from, begin, inner, most);
    const lines = panel + begin * step;
    const source = b + begin * innerStep;
    const count = end - begin;
    if (columns < step >> 2) memory.fill(lines, 0, count * step);
    if (columnStep == 4) copyRows(source, innerStep, count, columns, lines, step);
    else transpose(source, columnStep, columns, count, lines, step);
    hideUnseen(lines, step, count, columns, from + 4 * begin, to);
    begin = runBegin(from, end, inner, most);
  }
}

/** One panel with what it sees of an A with many zeros. */
function sparsePanel(
  a: usize,
  aRowStep: usize,
  nonzeros: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  start: usize,
  c: usize,
  cStep: usize,
  rectify: bool,
  from: usize,
  most: i32,
  scratch: usize,
): void {
  const step = nonzeroStep(inner);
  const bits = scratch + rows * step;
  seenBits(from, inner, most, bits);
  let first: usize = 0;
  let words = step >> 3;
  while (words > 0 && !load<u64>(bits + 8 * (words - 1))) words--;
  while (first < words && !load<u64>(bits + 8 * first)) first++;
  chooseSeen(nonzeros, step, rows, bits, first, words, scratch);
  const end = min<usize>(inner, 64 * words);
  const begin: usize = 64 * first;
  // Where nothing is seen there is one empty block, which writes what the rows begin with.
  for (let k = begin; k == begin || k < end; k += block) {
    const depth = k < end ? min<usize>(block, end - k) : 0;
    sparseRows(
      a + 4 * k,
      aRowStep,
      4,
      scratch + (k >> 3),
      step,
      rows,
      depth,
      panel + 128 * k,
      0,
      32,
      start,
      c,
      cStep,
      k > begin,
      rectify && k + block >= end,
      0,
      0,
      0,
    );
  }
}

/** One panel with what it sees, run after run. */
function densePanel(
  a: usize,
  aRowStep: usize,
  aInnerStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  step: usize,
  columns: usize,
  start: usize,
  c: usize,
  cStep: usize,
  rectify: bool,
  from: usize,
  most: i32,
  edge: usize,
): void {
  let add = false;
  let begin = runBegin(from, 0, inner, most);
  do {
    const end = runEnd(from, begin, inner, most);
    const next = runBegin(from, end, inner, most);
    // Where nothing is seen there is one empty block, which writes what the rows begin with.
    for (let k = begin; k == begin || k < end; k += block) {
      const last = rectify && k + block >= end && next == inner;
      const depth = min(block, end - k);
      const at = a + k * aInnerStep;
      denseRows(
        at,
        aRowStep,
        aInnerStep,
        rows,
        depth,
        panel + k * step,
        step,
        columns,
        start,
        c,
        cStep,
        add,
        last,
        edge,
      );
      add = true;
    }
    begin = next;
  } while (begin < inner);
}
