import { nonzeroStep } from '../sparse/nonzero-bits';
import { sparsePairRows } from '../sparse/sparse-pair-rows';
import { sparseTapRows } from '../sparse/sparse-rows';
import { Im2colShape, imageBytes, isNarrow, lineBytes, nines, offsets, pixels, vectors } from './im2col';

/** So many rows of what is spread stay in the first-level cache. */
const group: usize = 64;

const widestLine: usize = 144;

/** How many bytes of scratch `col2im` takes. */
export function col2imScratch(): usize {
  return (group + 1) * widestLine;
}

/**
 * A convolution of few channels from many, of which many numbers are zero: each pixel adds to those around it, which its
 * numbers and the panels of the filter make.
 *
 * @param a [pixels, inner] without gaps
 * @param nonzeros of A, from `findNonzeros`
 * @param panels of the filter, from `packTapPanels`
 * @param mirrored whether the first tap adds where the last does otherwise: what a filter makes, not its gradient
 * @param bordered the result, with a border that holds what belongs nowhere
 */
export function col2im(
  grid: usize,
  tables: usize,
  a: usize,
  nonzeros: usize,
  inner: usize,
  panels: usize,
  mirrored: bool,
  bordered: usize,
  scratch: usize,
): void {
  const g = changetype<Im2colShape>(grid);
  const width = lineBytes(g);
  const narrow = isNarrow(g);
  const masksStep = nonzeroStep(inner);
  const zeros = scratch + group * width;
  memory.fill(bordered, 0, g.images * imageBytes(g));
  memory.fill(zeros, 0, width);
  for (let i: usize = 0; i < pixels(g); i += group) {
    const rows = min(group, pixels(g) - i);
    for (let vector: usize = 0; vector < vectors(g); vector++) {
      for (let nine: usize = 0; nine < nines(g); nine++) {
        const lines = panels + (vector * nines(g) + nine) * inner * width;
        const from = a + i * inner * 4;
        const words = nonzeros + i * masksStep;
        const to = bordered + 16 * vector;
        const distances = offsets(g, tables, mirrored) + 36 * nine;
        if (narrow) {
          sparsePairRows(from, 4 * inner, 4, words, masksStep, rows, inner, lines, zeros, scratch, width, false);
          addPairs(scratch, rows, tables + 4 * i, distances, to);
        } else {
          sparseTapRows(from, 4 * inner, 4, words, masksStep, rows, inner, lines, zeros, scratch, width, false);
          addTaps(scratch, rows, tables + 4 * i, distances, to);
        }
      }
    }
  }
}

function addTaps(from: usize, rows: usize, places: usize, offsets: usize, bordered: usize): void {
  const at0 = <usize>load<u32>(offsets);
  const at1 = <usize>load<u32>(offsets, 4);
  const at2 = <usize>load<u32>(offsets, 8);
  const at3 = <usize>load<u32>(offsets, 12);
  const at4 = <usize>load<u32>(offsets, 16);
  const at5 = <usize>load<u32>(offsets, 20);
  const at6 = <usize>load<u32>(offsets, 24);
  const at7 = <usize>load<u32>(offsets, 28);
  const at8 = <usize>load<u32>(offsets, 32);
  let sums = from;
  for (let i: usize = 0; i < rows; i++) {
    const to = bordered + load<u32>(places + 4 * i);
    put(to + at0, v128.load(sums));
    put(to + at1, v128.load(sums, 16));
    put(to + at2, v128.load(sums, 32));
    put(to + at3, v128.load(sums, 48));
    put(to + at4, v128.load(sums, 64));
    put(to + at5, v128.load(sums, 80));
    put(to + at6, v128.load(sums, 96));
    put(to + at7, v128.load(sums, 112));
    put(to + at8, v128.load(sums, 128));
    sums += 144;
  }
}

/** The same of lines of pairs, which lie beside zeros in the image. */
function addPairs(from: usize, rows: usize, places: usize, offsets: usize, bordered: usize): void {
  const at0 = <usize>load<u32>(offsets);
  const at1 = <usize>load<u32>(offsets, 4);
  const at2 = <usize>load<u32>(offsets, 8);
  const at3 = <usize>load<u32>(offsets, 12);
  const at4 = <usize>load<u32>(offsets, 16);
  const at5 = <usize>load<u32>(offsets, 20);
  const at6 = <usize>load<u32>(offsets, 24);
  const at7 = <usize>load<u32>(offsets, 28);
  const at8 = <usize>load<u32>(offsets, 32);
  let sums = from;
  for (let i: usize = 0; i < rows; i++) {
    const to = bordered + load<u32>(places + 4 * i);
    put(to + at0, v128.load64_zero(sums));
    put(to + at1, v128.load64_zero(sums, 8));
    put(to + at2, v128.load64_zero(sums, 16));
    put(to + at3, v128.load64_zero(sums, 24));
    put(to + at4, v128.load64_zero(sums, 32));
    put(to + at5, v128.load64_zero(sums, 40));
    put(to + at6, v128.load64_zero(sums, 48));
    put(to + at7, v128.load64_zero(sums, 56));
    put(to + at8, v128.load64_zero(sums, 64));
    sums += 80;
  }
}

function put(to: usize, v: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v));
}
