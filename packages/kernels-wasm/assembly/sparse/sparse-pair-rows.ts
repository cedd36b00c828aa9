import { fma } from '../simd/fma';

/**
 * C = A·panel for an A with many zeros and a panel of 20 columns: nine taps of two channels, and two numbers more. Five sums
 * alone would wait for each other, so numbers are taken two at a time. Parameters are those of `sparseTapRows`.
 */
export function sparsePairRows(
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
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < rows; i++) {
    const to = c + i * cStep;
    const from = add ? to : start;
    let c0 = v128.load(from);
    let c1 = v128.load(from, 16);
    let c2 = v128.load(from, 32);
    let c3 = v128.load(from, 48);
    let c4 = v128.load(from, 64);
    let d0 = zero;
    let d1 = zero;
    let d2 = zero;
    let d3 = zero;
    let d4 = zero;
    let numbers = a + i * rowStep;
    let lines = panel;
    let words = nonzeros + i * masksStep;
    for (let k: usize = 0; k < inner; k += 64) {
      let word = load<u64>(words);
      // An odd number is left over, which is paired with itself and nothing.
      if (popcnt<u64>(word) & 1) {
        const at = <usize>ctz<u64>(word);
        word &= word - 1;
        const x = v128.load32_splat(numbers + at * innerStep);
        const b = lines + at * 80;
        c0 = fma(x, v128.load(b), c0);
        c1 = fma(x, v128.load(b, 16), c1);
        c2 = fma(x, v128.load(b, 32), c2);
        c3 = fma(x, v128.load(b, 48), c3);
        c4 = fma(x, v128.load(b, 64), c4);
      }
      while (word) {
        const first = <usize>ctz<u64>(word);
        word &= word - 1;
        const second = <usize>ctz<u64>(word);
        word &= word - 1;
        const x = v128.load32_splat(numbers + first * innerStep);
        const b = lines + first * 80;
        c0 = fma(x, v128.load(b), c0);
        c1 = fma(x, v128.load(b, 16), c1);
        c2 = fma(x, v128.load(b, 32), c2);
        c3 = fma(x, v128.load(b, 48), c3);
        c4 = fma(x, v128.load(b, 64), c4);
        const y = v128.load32_splat(numbers + second * innerStep);
        const d = lines + second * 80;
        d0 = fma(y, v128.load(d), d0);
        d1 = fma(y, v128.load(d, 16), d1);
        d2 = fma(y, v128.load(d, 32), d2);
        d3 = fma(y, v128.load(d, 48), d3);
        d4 = fma(y, v128.load(d, 64), d4);
      }
      numbers += 64 * innerStep;
      lines += 64 * 80;
      words += 8;
    }
    v128.store(to, f32x4.add(c0, d0));
    v128.store(to, f32x4.add(c1, d1), 16);
    v128.store(to, f32x4.add(c2, d2), 32);
    v128.store(to, f32x4.add(c3, d3), 48);
    v128.store(to, f32x4.add(c4, d4), 64);
  }
}
