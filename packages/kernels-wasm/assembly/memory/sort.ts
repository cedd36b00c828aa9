// Sorting by radix: linear in the number of entries, and without a branch that depends on them; a few are sorted as they come.

const digits: usize = 256;
const passes: usize = 4;

/** How many bytes of scratch `sort` takes besides a second place for the entries. */
export const sortBytes: usize = passes * 4 * digits;

/** Below so many entries, putting each into its place costs less than counting digits. */
const small: usize = 48;

/** An integer that is ordered as the number is, with both zeros in one place; the NaNs are outside the infinities. */
export function orderedKey(x: f32): u32 {
  const bits = reinterpret<u32>(x + 0);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** An entry to sort: the key above, what it belongs to below. */
export function entry(key: u32, index: usize): u64 {
  return ((<u64>key) << 32) | <u64>index;
}

/** Sorts so many u64 entries in place by their keys, ascending; those of equal keys stay in order. */
export function sort(entries: usize, count: usize, spare: usize, counts: usize): void {
  if (count < small) {
    sortFew(entries, count);
    return;
  }
  countDigits(entries, count, counts);
  let from = entries;
  let to = spare;
  for (let pass: usize = 0; pass < passes; pass++) {
    const places = counts + 4 * digits * pass;
    const shift = 32 + 8 * <u64>pass;
    for (let i: usize = 0; i < 8 * count; i += 8) {
      const value = load<u64>(from + i);
      const at = places + digit(value, shift);
      const place = load<u32>(at);
      store<u32>(at, place + 8);
      store<u64>(to + <usize>place, value);
    }
    const swap = from;
    from = to;
    to = swap;
  }
}

/** For each pass and digit, where in memory the entries with that digit begin. */
function countDigits(entries: usize, count: usize, counts: usize): void {
  memory.fill(counts, 0, sortBytes);
  const step: usize = 4 * digits;
  for (let i: usize = 0; i < 8 * count; i += 8) {
    const value = load<u64>(entries + i);
    for (let pass: usize = 0; pass < passes; pass++) {
      const at = counts + step * pass + digit(value, 32 + 8 * <u64>pass);
      store<u32>(at, load<u32>(at) + 8);
    }
  }
  let places = v128.splat<u32>(0);
  for (let at = counts; at < counts + step; at += 4) {
    // The four passes next to each other: each sum waits for the one before.
    let own = v128.load32_zero(at);
    own = v128.load32_lane(at + step, own, 1);
    own = v128.load32_lane(at + 2 * step, own, 2);
    own = v128.load32_lane(at + 3 * step, own, 3);
    v128.store32_lane(at, places, 0);
    v128.store32_lane(at + step, places, 1);
    v128.store32_lane(at + 2 * step, places, 2);
    v128.store32_lane(at + 3 * step, places, 3);
    places = i32x4.add(places, own);
  }
}

/** Puts each entry behind those before it that are not above it. */
function sortFew(entries: usize, count: usize): void {
  for (let i: usize = 8; i < 8 * count; i += 8) {
    const value = load<u64>(entries + i);
    let at = i;
    for (; at > 0; at -= 8) {
      const before = load<u64>(entries + at - 8);
      if (before <= value) break;
      store<u64>(entries + at, before);
    }
    store<u64>(entries + at, value);
  }
}

function digit(value: u64, shift: u64): usize {
  return (<usize>((value >> shift) & 255)) << 2;
}
