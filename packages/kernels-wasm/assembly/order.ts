// Sorting by radix: linear in the number of entries, and without a branch that depends on them.

const digits: usize = 256;

/** How many bytes of scratch `sort` takes besides a second place for the entries. */
export const sortBytes: usize = 4 * digits;

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
  let from = entries;
  let to = spare;
  for (let shift: u64 = 32; shift < 64; shift += 8) {
    memory.fill(counts, 0, sortBytes);
    for (let i: usize = 0; i < 8 * count; i += 8) {
      const at = counts + digit(load<u64>(from + i), shift);
      store<u32>(at, load<u32>(at) + 8);
    }
    let sum: u32 = 0;
    for (let d: usize = 0; d < sortBytes; d += 4) {
      const own = load<u32>(counts + d);
      store<u32>(counts + d, sum);
      sum += own;
    }
    for (let i: usize = 0; i < 8 * count; i += 8) {
      const value = load<u64>(from + i);
      const at = counts + digit(value, shift);
      const place = load<u32>(at);
      store<u32>(at, place + 8);
      store<u64>(to + <usize>place, value);
    }
    const swap = from;
    from = to;
    to = swap;
  }
}

function digit(value: u64, shift: u64): usize {
  return (<usize>((value >> shift) & 255)) << 2;
}
