// Which numbers of a matrix are not zero: for each row one bit a number, in words of 64.

/** How many bytes the mask of a row takes. */
export function nonzeroStep(inner: usize): usize {
  return ((inner + 63) >> 6) << 3;
}

/** Writes the nonzeros of [rows, inner], rows `rowStep` bytes apart, and returns how many numbers are not zero. */
export function findNonzeros(a: usize, rowStep: usize, rows: usize, inner: usize, nonzeros: usize): usize {
  let count: usize = 0;
  let to = nonzeros;
  for (let i: usize = 0; i < rows; i++) {
    const row = a + i * rowStep;
    for (let k: usize = 0; k < inner; k += 64) {
      const word = maskWord(row + 4 * k, min<usize>(64, inner - k));
      store<u64>(to, word);
      count += <usize>popcnt<u64>(word);
      to += 8;
    }
  }
  return count;
}

function maskWord(at: usize, numbers: usize): u64 {
  let word: u64 = 0;
  let k: usize = 0;
  for (; k + 16 <= numbers; k += 16) {
    const from = at + 4 * k;
    const low = i16x8.narrow_i32x4_s(notZero(from), notZero(from + 16));
    const high = i16x8.narrow_i32x4_s(notZero(from + 32), notZero(from + 48));
    word |= (<u64>v128.bitmask<i8>(i8x16.narrow_i16x8_s(low, high))) << k;
  }
  for (; k < numbers; k++) {
    if (load<f32>(at + 4 * k) != 0) word |= (<u64>1) << k;
  }
  return word;
}

function notZero(at: usize): v128 {
  return f32x4.ne(v128.load(at), f32x4.splat(0));
}

/**
 * Turns the nonzeros of a matrix [rows, inner] into those of its transpose: for each of its columns, words of 64 rows, zero
 * past the last.
 */
export function transposeNonzeros(nonzeros: usize, rows: usize, inner: usize, to: usize): void {
  const step = nonzeroStep(inner);
  const toStep = nonzeroStep(rows);
  for (let k: usize = 0; k < inner; k += 64) {
    for (let i: usize = 0; i < rows; i += 64) {
      // A block that is not whole ends beside the result: with as many of its words as there are columns.
      const height = min<usize>(64, rows - i);
      const width = min<usize>(64, inner - k);
      const block = to + inner * toStep;
      for (let r: usize = 0; r < 64; r++) {
        store<u64>(block + 8 * r, r < height ? load<u64>(nonzeros + (i + r) * step + (k >> 3)) : 0);
      }
      turn(block);
      for (let c: usize = 0; c < width; c++) store<u64>(to + (k + c) * toStep + (i >> 3), load<u64>(block + 8 * c));
    }
  }
}

/** How many bytes `transposeNonzeros` writes, and writes over. */
export function transposedNonzeroBytes(rows: usize, inner: usize): usize {
  return inner * nonzeroStep(rows) + 512;
}

/** Transposes a matrix of 64 × 64 bits (Warren, "Hacker's Delight", §7-3): halves, quarters, … change places. */
function turn(block: usize): void {
  let keep: u64 = 0xffffffff;
  for (let j: usize = 32; j > 0; ) {
    for (let k: usize = 0; k < 64; k = ((k | j) + 1) & ~j) {
      const upper = load<u64>(block + 8 * k);
      const lower = load<u64>(block + 8 * (k | j));
      const t = ((upper >> <u64>j) ^ lower) & keep;
      store<u64>(block + 8 * k, upper ^ (t << (<u64>j)));
      store<u64>(block + 8 * (k | j), lower ^ t);
    }
    j >>= 1;
    keep ^= keep << (<u64>j);
  }
}

/** What of a vector is kept, by a bit for each number; the rest is zero. */
export function kept(v: v128, bits: v128, own: v128): v128 {
  return v128.and(v, i32x4.ne(v128.and(bits, own), i32x4.splat(0)));
}

/** A bit for each number that is not zero. */
export function notZeros(c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128): u32 {
  const low = i8x16.narrow_i16x8_s(pairNotZero(c0, c1), pairNotZero(c2, c3));
  const high = i8x16.narrow_i16x8_s(pairNotZero(c4, c5), pairNotZero(c6, c7));
  return v128.bitmask<i8>(low) | (v128.bitmask<i8>(high) << 16);
}

function pairNotZero(v: v128, w: v128): v128 {
  const zero = f32x4.splat(0);
  return i16x8.narrow_i32x4_s(f32x4.ne(v, zero), f32x4.ne(w, zero));
}
