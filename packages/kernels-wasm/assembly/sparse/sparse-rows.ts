import { fma } from '../simd/fma';
import { isSimd256 } from '../simd/simd256';
import { kept, notZeros } from './nonzero-bits';
import { sparseRowsSimd256 } from './sparse-rows-simd256';

@unmanaged
class Eight {
  v0: v128;
  v1: v128;
  v2: v128;
  v3: v128;
  v4: v128;
  v5: v128;
  v6: v128;
  v7: v128;
}

@unmanaged
class Nine extends Eight {
  v8: v128;
}

/**
 * C = A·panel for an A with many zeros, such as what leaves a rectifier: only numbers that are not zero cost anything. Their
 * places come from nonzeros, so nothing has to be guessed by the processor but where each row ends. A line of a
 * panel is eight vectors, or nine: as many as leave registers for the rest.
 */
function rowsOf<Line>(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  nonzeros: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
  keep: usize,
  made: usize,
  cMasksStep: usize,
): void {
  const lineStep = offsetof<Line>();
  const nine = lineStep > 128;
  const floor = f32x4.splat(rectify ? 0 : -Infinity);
  for (let i: usize = 0; i < rows; i++) {
    const to = c + i * cStep;
    const from = add ? to : start;
    let c0 = v128.load(from);
    let c1 = v128.load(from, 16);
    let c2 = v128.load(from, 32);
    let c3 = v128.load(from, 48);
    let c4 = v128.load(from, 64);
    let c5 = v128.load(from, 80);
    let c6 = v128.load(from, 96);
    let c7 = v128.load(from, 112);
    let c8 = c0;
    if (nine) c8 = v128.load(from, 128);
    let numbers = a + i * rowStep;
    let lines = panel;
    let words = nonzeros + i * masksStep;
    for (let k: usize = 0; k < inner; k += 64) {
      let word = load<u64>(words);
      while (word) {
        const at = <usize>ctz<u64>(word);
        word &= word - 1;
        const x = v128.load32_splat(numbers + at * innerStep);
        const b = lines + at * lineStep;
        c0 = fma(x, v128.load(b), c0);
        c1 = fma(x, v128.load(b, 16), c1);
        c2 = fma(x, v128.load(b, 32), c2);
        c3 = fma(x, v128.load(b, 48), c3);
        c4 = fma(x, v128.load(b, 64), c4);
        c5 = fma(x, v128.load(b, 80), c5);
        c6 = fma(x, v128.load(b, 96), c6);
        c7 = fma(x, v128.load(b, 112), c7);
        if (nine) c8 = fma(x, v128.load(b, 128), c8);
      }
      numbers += 64 * innerStep;
      lines += 64 * lineStep;
      words += 8;
    }
    c0 = f32x4.pmax(c0, floor);
    c1 = f32x4.pmax(c1, floor);
    c2 = f32x4.pmax(c2, floor);
    c3 = f32x4.pmax(c3, floor);
    c4 = f32x4.pmax(c4, floor);
    c5 = f32x4.pmax(c5, floor);
    c6 = f32x4.pmax(c6, floor);
    c7 = f32x4.pmax(c7, floor);
    if (keep) {
      const bits = v128.load32_splat(keep + i * cMasksStep);
      c0 = kept(c0, bits, i32x4(0x1, 0x2, 0x4, 0x8));
      c1 = kept(c1, bits, i32x4(0x10, 0x20, 0x40, 0x80));
      c2 = kept(c2, bits, i32x4(0x100, 0x200, 0x400, 0x800));
      c3 = kept(c3, bits, i32x4(0x1000, 0x2000, 0x4000, 0x8000));
      c4 = kept(c4, bits, i32x4(0x10000, 0x20000, 0x40000, 0x80000));
      c5 = kept(c5, bits, i32x4(0x100000, 0x200000, 0x400000, 0x800000));
      c6 = kept(c6, bits, i32x4(0x1000000, 0x2000000, 0x4000000, 0x8000000));
      c7 = kept(c7, bits, i32x4(0x10000000, 0x20000000, 0x40000000, -0x80000000));
    }
    if (made) {
      store<u32>(made + i * cMasksStep, notZeros(c0, c1, c2, c3, c4, c5, c6, c7));
    }
    v128.store(to, c0);
    v128.store(to, c1, 16);
    v128.store(to, c2, 32);
    v128.store(to, c3, 48);
    v128.store(to, c4, 64);
    v128.store(to, c5, 80);
    v128.store(to, c6, 96);
    v128.store(to, c7, 112);
    if (nine) v128.store(to, c8, 128);
  }
}

/**
 * C = A·panels for an A with many zeros and panels of 32 columns, two at once where the engine is wide.
 *
 * @param a element (i, k) stands at `a + i·rowStep + k·innerStep`
 * @param nonzeros of the numbers of A from its first column on (`findNonzeros`), rows `masksStep` bytes apart
 * @param panels each `inner` rows of 32 columns, `panelStep` bytes apart
 * @param columns of all panels, a multiple of 32
 * @param start what each row of C begins with, as many numbers as it has columns
 * @param c rows `cStep` bytes apart
 * @param add whether each row begins with what C holds instead
 * @param rectify whether what is below zero becomes zero
 * @param keep the bits, of the rows of C, of what is not to become zero, rows `cMasksStep` bytes apart; 0 for all
 * @param made where such bits are written of what is not zero; 0 for nowhere
 */
export function sparseRows(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  nonzeros: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panels: usize,
  panelStep: usize,
  columns: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
  keep: usize,
  made: usize,
  cMasksStep: usize,
): void {
  for (let j: usize = 0; j < columns; ) {
    const panel = panels + (j >> 5) * panelStep;
    const from = start + 4 * j;
    const to = c + 4 * j;
    const keeps = keep ? keep + (j >> 3) : 0;
    const bits = made ? made + (j >> 3) : 0;
    if (isSimd256() && j + 64 <= columns) {
      sparseRowsSimd256(
        a,
        rowStep,
        innerStep,
        nonzeros,
        masksStep,
        rows,
        inner,
        panel,
        panelStep,
        from,
        to,
        cStep,
        add,
        rectify,
        keeps,
        bits,
        cMasksStep,
      );
      j += 64;
    } else {
      rowsOf<Eight>(
        a,
        rowStep,
        innerStep,
        nonzeros,
        masksStep,
        rows,
        inner,
        panel,
        from,
        to,
        cStep,
        add,
        rectify,
        keeps,
        bits,
        cMasksStep,
      );
      j += 32;
    }
  }
}

/** The same for one panel of 36 columns: what nine taps of a filter make of four channels. */
export function sparseTapRows(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  nonzeros: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  rowsOf<Nine>(a, rowStep, innerStep, nonzeros, masksStep, rows, inner, panel, start, c, cStep, add, false, 0, 0, 0);
}
