// Which numbers of a matrix are not zero: for each row one bit a number, in words of 64.

/** How many bytes the mask of a row takes. */
export function maskStep(inner: usize): usize {
  return ((inner + 63) >> 6) << 3;
}

/** Writes the masks of [rows, inner], rows `rowStep` bytes apart, and returns how many numbers are not zero. */
export function maskRows(a: usize, rowStep: usize, rows: usize, inner: usize, masks: usize): usize {
  let count: usize = 0;
  let to = masks;
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
