import { backend, scalar } from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../src/lib/heap/backend.ts';

/**
 * Takes all that the heap can hand out, down to blocks of 16 bytes, and touches none of it, so that it costs the machine
 * nothing; `spare` bytes in one piece are left. Returns what gives it back.
 */
export function fillHeap(spare = 0): () => void {
  scalar(0).dispose();
  const { wasm } = backend() as unknown as WasmBackend;
  const room = spare ? wasm._malloc(spare) : 0;
  const taken: number[] = [];
  for (let bytes = 2 ** 30; bytes >= 16; bytes /= 2) {
    for (;;) {
      try {
        taken.push(wasm._malloc(bytes));
      } catch {
        break;
      }
    }
  }
  wasm._free(room);
  return () => {
    for (const address of taken.splice(0)) wasm._free(address);
  };
}
