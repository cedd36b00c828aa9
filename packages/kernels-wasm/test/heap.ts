import { backend, scalar } from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../src/lib/heap/backend.ts';

/** Makes the WASM heap grow, so that every view of it from before is detached; gives the memory back. */
export function growHeap(): void {
  scalar(0).dispose();
  const { wasm } = backend() as unknown as WasmBackend;
  const before = wasm.HEAPU8.length;
  // As little as makes it grow: some tests ask for it often.
  const taken: number[] = [];
  while (wasm.HEAPU8.length === before) taken.push(wasm._malloc(before / 16));
  for (const address of taken) wasm._free(address);
}

/** By how many bytes the heap is larger after so many calls than after the first few. */
export function heapGrowth(call: () => void, times: number): number {
  const { wasm } = backend() as unknown as WasmBackend;
  for (let i = 0; i < 10; i++) call();
  const before = wasm.HEAPU8.length;
  // What is allocated last lies at the end of what is in use, so that a leak of less than a page shows too.
  const end = () => {
    const address = wasm._malloc(2 ** 20) >>> 0;
    wasm._free(address);
    return address;
  };
  const first = end();
  for (let i = 0; i < times; i++) call();
  return wasm.HEAPU8.length - before + Math.max(0, end() - first);
}
