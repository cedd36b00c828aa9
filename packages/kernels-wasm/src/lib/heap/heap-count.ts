/** Counts the bytes that a heap has handed out. */
export interface HeapCount {
  took(address: number, bytes: number): void;
  gave(address: number): void;
  /** Bytes handed out and not given back. */
  taken(): number;
  /** Begins to look for a peak: the function returned tells the most bytes that were taken at once since. */
  fromNow(): () => number;
}

/** A count of what is handed out from here on. What was handed out before may be given back, and counts nowhere. */
export function heapCount(): HeapCount {
  const sizes = new Map<number, number>();
  // Addresses are multiples of 8. Divided, they are small integers, which maps find faster.
  const keyOf = (address: number): number => address >>> 3;
  /** The peaks between one beginning and the next, so that any number of them costs one comparison an allocation. */
  const peaks: number[] = [];
  let [taken, peak] = [0, 0];
  return {
    took: (address, bytes) => {
      sizes.set(keyOf(address), bytes);
      taken += bytes;
      if (taken > peak) peak = taken;
    },
    gave: (address) => {
      const key = keyOf(address);
      const bytes = sizes.get(key);
      if (bytes === undefined) return;
      sizes.delete(key);
      taken -= bytes;
    },
    taken: () => taken,
    fromNow: () => {
      peaks.push(peak);
      peak = taken;
      const first = peaks.length;
      return () => peaks.slice(first).reduce((most, bytes) => Math.max(most, bytes), peak);
    },
  };
}
