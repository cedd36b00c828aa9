import { backend } from '@tensorflow/tfjs-core';

interface WasmBackend {
  readonly wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
}

/** Counts what the WASM backend allocates. */
export interface HeapWatch {
  /** The most bytes taken at once while `f` runs, beyond what was taken before. */
  peakOf(f: () => void): number;
  /** The bytes taken since the watch began and not given back. */
  taken(): number;
}

/**
 * Watches the allocations of tfjs's WASM backend, which must be the current one: the heap's own, and not the sizes of
 * tensors, of which several can share one allocation.
 */
export function watchHeap(): HeapWatch {
  const { wasm } = backend() as unknown as WasmBackend;
  // Both functions replace themselves at their first call.
  wasm._free(wasm._malloc(4));
  const sizes = new Map<number, number>();
  let [taken, peak] = [0, 0];
  const { _malloc: allocate, _free: release } = wasm;
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    sizes.set(address, bytes);
    taken += bytes;
    peak = Math.max(peak, taken);
    return address;
  };
  wasm._free = (address) => {
    taken -= sizes.get(address) ?? 0;
    sizes.delete(address);
    release(address);
  };
  return {
    taken: () => taken,
    peakOf: (f) => {
      const before = taken;
      peak = taken;
      f();
      return peak - before;
    },
  };
}
