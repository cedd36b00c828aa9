import { engine } from '@tensorflow/tfjs-core';
import { isWasmBackend } from './backend.ts';
import { guardOf } from './guard.ts';

/** What is taken of a heap: tensors, data and whatever else lies there included. */
export interface HeapWatch {
  /** Bytes that the heap has handed out and not got back since the kernels were installed. */
  taken(): number;
  /** The most that was taken at once since the watch began. */
  peak(): number;
}

/**
 * Watches the heap of the current backend. Without the kernels of this package nobody counts: then both numbers are the
 * length of the heap, which never shrinks. `null` on a backend that is not the WASM one.
 */
export function watchHeap(): HeapWatch | null {
  const { backend } = engine();
  if (!isWasmBackend(backend)) return null;
  const count = guardOf(backend)?.count;
  if (count) return { taken: count.taken, peak: count.fromNow() };
  const length = (): number => backend.wasm.HEAPU8.length;
  return { taken: length, peak: length };
}
