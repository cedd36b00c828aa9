import { fma } from '../simd/fma';
import { kept, notZeros } from './nonzero-bits';

/**
 * What `sparseRows` does, for two panels at once, of which the second begins `panelStep` bytes further: 64 columns. Its sixteen vectors
 * are too many for registers, except where the engine makes one instruction of two neighbours (`wide.ts`); there it is the
 * eight sums of `sparseRows` that are too few, each of which waits for the number before.
 */
export function sparseRowsSimd256(
  a: usize,
  rowStep: usize,
  innerStep: usize,
  nonzeros: usize,
  masksStep: usize,
  rows: usize,
  inner: usize,
  panel: usize,
  panelStep: usize,
  start: usize,
  c: usize,
  cStep: usize,
  add: bool,
  rectify: bool,
  keep: usize,
  made: usize,
  cMasksStep: usize,
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
    let c8 = v128.load(from, 128);
    let c9 = v128.load(from, 144);
    let c10 = v128.load(from, 160);
    let c11 = v128.load(from, 176);
    let c12 = v128.load(from, 192);
    let c13 = v128.load(from, 208);
    let c14 = v128.load(from, 224);
    let c15 = v128.load(from, 240);
    let numbers = a + i * rowStep;
    let lines = panel;
    let words = nonzeros + i * masksStep;
    for (let k: usize = 0; k < inner; k += 64) {
      let word = load<u64>(words);
      while (word) {
        const at = <usize>ctz<u64>(word);
        word &= word - 1;
        const x = v128.load32_splat(numbers + at * innerStep);
        const b = lines + at * 128;
        const d = b + panelStep;
        c0 = fma(x, v128.load(b), c0);
        c1 = fma(x, v128.load(b, 16), c1);
        c2 = fma(x, v128.load(b, 32), c2);
        c3 = fma(x, v128.load(b, 48), c3);
        c4 = fma(x, v128.load(b, 64), c4);
        c5 = fma(x, v128.load(b, 80), c5);
        c6 = fma(x, v128.load(b, 96), c6);
        c7 = fma(x, v128.load(b, 112), c7);
        c8 = fma(x, v128.load(d), c8);
        c9 = fma(x, v128.load(d, 16), c9);
        c10 = fma(x, v128.load(d, 32), c10);
        c11 = fma(x, v128.load(d, 48), c11);
        c12 = fma(x, v128.load(d, 64), c12);
        c13 = fma(x, v128.load(d, 80), c13);
        c14 = fma(x, v128.load(d, 96), c14);
        c15 = fma(x, v128.load(d, 112), c15);
      }
      numbers += 64 * innerStep;
      lines += 64 * 128;
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
    c8 = f32x4.pmax(c8, floor);
    c9 = f32x4.pmax(c9, floor);
    c10 = f32x4.pmax(c10, floor);
    c11 = f32x4.pmax(c11, floor);
    c12 = f32x4.pmax(c12, floor);
    c13 = f32x4.pmax(c13, floor);
    c14 = f32x4.pmax(c14, floor);
    c15 = f32x4.pmax(c15, floor);
    if (keep) {
      const low = v128.load32_splat(keep + i * cMasksStep);
      const high = v128.load32_splat(keep + i * cMasksStep, 4);
      c0 = kept(c0, low, i32x4(0x1, 0x2, 0x4, 0x8));
      c1 = kept(c1, low, i32x4(0x10, 0x20, 0x40, 0x80));
      c2 = kept(c2, low, i32x4(0x100, 0x200, 0x400, 0x800));
      c3 = kept(c3, low, i32x4(0x1000, 0x2000, 0x4000, 0x8000));
      c4 = kept(c4, low, i32x4(0x10000, 0x20000, 0x40000, 0x80000));
      c5 = kept(c5, low, i32x4(0x100000, 0x200000, 0x400000, 0x800000));
      c6 = kept(c6, low, i32x4(0x1000000, 0x2000000, 0x4000000, 0x8000000));
      c7 = kept(c7, low, i32x4(0x10000000, 0x20000000, 0x40000000, -0x80000000));
      c8 = kept(c8, high, i32x4(0x1, 0x2, 0x4, 0x8));
      c9 = kept(c9, high, i32x4(0x10, 0x20, 0x40, 0x80));
      c10 = kept(c10, high, i32x4(0x100, 0x200, 0x400, 0x800));
      c11 = kept(c11, high, i32x4(0x1000, 0x2000, 0x4000, 0x8000));
      c12 = kept(c12, high, i32x4(0x10000, 0x20000, 0x40000, 0x80000));
      c13 = kept(c13, high, i32x4(0x100000, 0x200000, 0x400000, 0x800000));
      c14 = kept(c14, high, i32x4(0x1000000, 0x2000000, 0x4000000, 0x8000000));
      c15 = kept(c15, high, i32x4(0x10000000, 0x20000000, 0x40000000, -0x80000000));
    }
    if (made) {
      const to = made + i * cMasksStep;
      store<u32>(to, notZeros(c0, c1, c2, c3, c4, c5, c6, c7));
      store<u32>(to, notZeros(c8, c9, c10, c11, c12, c13, c14, c15), 4);
    }
    v128.store(to, c0);
    v128.store(to, c1, 16);
    v128.store(to, c2, 32);
    v128.store(to, c3, 48);
    v128.store(to, c4, 64);
    v128.store(to, c5, 80);
    v128.store(to, c6, 96);
    v128.store(to, c7, 112);
    v128.store(to, c8, 128);
    v128.store(to, c9, 144);
    v128.store(to, c10, 160);
    v128.store(to, c11, 176);
    v128.store(to, c12, 192);
    v128.store(to, c13, 208);
    v128.store(to, c14, 224);
    v128.store(to, c15, 240);
  }
}
