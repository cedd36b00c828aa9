import { fma } from './fma';

/** Columns of a panel of `sparseRows`, and of one of `sparseTapRows`: nine taps of four channels. */
export const tapPanel: usize = 36;

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
 * places come from masks, so nothing has to be guessed by the processor but where each row ends. A line of a
 * panel is eight vectors, or nine: as many as leave registers for the rest.
 */
function rowsOf<Line>(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  masks: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
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
    let words = masks + i * masksStep;
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
    v128.store(to, f32x4.pmax(c0, floor));
    v128.store(to, f32x4.pmax(c1, floor), 16);
    v128.store(to, f32x4.pmax(c2, floor), 32);
    v128.store(to, f32x4.pmax(c3, floor), 48);
    v128.store(to, f32x4.pmax(c4, floor), 64);
    v128.store(to, f32x4.pmax(c5, floor), 80);
    v128.store(to, f32x4.pmax(c6, floor), 96);
    v128.store(to, f32x4.pmax(c7, floor), 112);
    if (nine) v128.store(to, c8, 128);
  }
}

/**
 * C = A·panel for an A with many zeros and a panel of 32 columns.
 *
 * @param a element (i, k) stands at `a + i·rowStep + k·innerStep`
 * @param masks of the numbers of A from its first column on (`maskRows`), rows `masksStep` bytes apart
 * @param panel `inner` rows of 32 columns
 * @param start what each row of C begins with, 32 numbers
 * @param c rows `cStep` bytes apart
 * @param add whether each row begins with what C holds instead
 * @param rectify whether what is below zero becomes zero
 */
export function sparseRows(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  masks: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
): void {
  rowsOf<Eight>(a, rowStep, innerStep, masks, masksStep, rows, inner, panel, start, c, cStep, add, rectify);
}

/** The same for a panel of 36 columns: what nine taps of a filter make of four channels. */
export function sparseTapRows(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  masks: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
): void {
  rowsOf<Nine>(a, rowStep, innerStep, masks, masksStep, rows, inner, panel, start, c, cStep, add, false);
}
