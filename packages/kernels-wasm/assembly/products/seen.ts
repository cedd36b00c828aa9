// Of masked layers: an output sees the inputs whose degree is not above its own (MADE). Degrees are i32.

/** Runs of what is seen that are not so far apart are done as one: what lies between is zero, and a run has its own cost. */
const gap: usize = 16;

/** The highest of so many degrees: of a panel of outputs, up to where any of them sees. */
export function highest(degrees: usize, count: usize): i32 {
  let most = load<i32>(degrees);
  for (let i: usize = 1; i < count; i++) most = max(most, load<i32>(degrees + 4 * i));
  return most;
}

/** Where, from `at` on, the next run of inputs begins whose degrees are not above `most`; `count` where there is none. */
export function runBegin(degrees: usize, at: usize, count: usize, most: i32): usize {
  let begin = at;
  while (begin < count && load<i32>(degrees + 4 * begin) > most) begin++;
  return begin;
}

/** Where the run ends that begins there. */
export function runEnd(degrees: usize, begin: usize, count: usize, most: i32): usize {
  let end = begin;
  for (let i = begin; i < count && i - end < gap; i++) if (load<i32>(degrees + 4 * i) <= most) end = i + 1;
  return end;
}

/** Writes a bit for each input, 1 where its degree is not above `most`, in words of 64 as `findNonzeros` does. */
export function seenBits(degrees: usize, count: usize, most: i32, bits: usize): void {
  for (let k: usize = 0; k < count; k += 64) {
    let word: u64 = 0;
    const size = min<usize>(64, count - k);
    for (let i: usize = 0; i < size; i++) {
      if (load<i32>(degrees + 4 * (k + i)) <= most) word |= (<u64>1) << i;
    }
    store<u64>(bits + (k >> 3), word);
  }
}

/** Copies of the bits of so many rows, `step` bytes apart, the words from `first` to before `end`, those that `bits` has too. */
export function chooseSeen(
  nonzeros: usize,
  step: usize,
  rows: usize,
  bits: usize,
  first: usize,
  end: usize,
  to: usize,
): void {
  for (let k = first; k < end; k++) {
    const word: usize = 8 * k;
    const own = load<u64>(bits + word);
    for (let at = word; at < rows * step; at += step) store<u64>(to + at, load<u64>(nonzeros + at) & own);
  }
}

/** Sets what is not seen of a matrix [inputs, outputs], rows `step` bytes apart, to zero. */
export function hideUnseen(at: usize, step: usize, inputs: usize, outputs: usize, from: usize, to: usize): void {
  const whole: usize = 4 * (outputs & ~3);
  let least = load<i32>(to);
  for (let j: usize = 1; j < outputs; j++) least = min(least, load<i32>(to + 4 * j));
  for (let k: usize = 0; k < inputs; k++) {
    const own = load<i32>(from + 4 * k);
    if (own <= least) continue;
    const degree = i32x4.splat(own);
    const line = at + k * step;
    let q: usize = 0;
    for (; q < whole; q += 16) {
      v128.store(line + q, v128.and(v128.load(line + q), i32x4.le_s(degree, v128.load(to + q))));
    }
    for (; q < 4 * outputs; q += 4) if (own > load<i32>(to + q)) store<f32>(line + q, 0);
  }
}
