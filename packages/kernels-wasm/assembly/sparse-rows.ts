import { fma } from './fma';

/**
 * C = A·panel for an A with many zeros, such as what leaves a rectifier: only numbers that are not zero cost anything. Their
 * places come from masks, so nothing has to be guessed by the processor but where each row ends.
 *
 * @param a rows `rowStep` bytes apart, numbers next to each other
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
    let numbers = a + i * rowStep;
    let lines = panel;
    let words = masks + i * masksStep;
    for (let k: usize = 0; k < inner; k += 64) {
      let word = load<u64>(words);
      while (word) {
        const at = <usize>ctz<u64>(word);
        word &= word - 1;
        const x = v128.load32_splat(numbers + 4 * at);
        const b = lines + 128 * at;
        c0 = fma(x, v128.load(b), c0);
        c1 = fma(x, v128.load(b, 16), c1);
        c2 = fma(x, v128.load(b, 32), c2);
        c3 = fma(x, v128.load(b, 48), c3);
        c4 = fma(x, v128.load(b, 64), c4);
        c5 = fma(x, v128.load(b, 80), c5);
        c6 = fma(x, v128.load(b, 96), c6);
        c7 = fma(x, v128.load(b, 112), c7);
      }
      numbers += 256;
      lines += 64 * 128;
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
  }
}
