import { backend } from '@tensorflow/tfjs-core';

interface WasmBackend {
  readonly wasm: { _malloc(bytes: number): number; _free(address: number): void };
}

/**
 * Takes all that the heap of the WASM backend can hand out, but for so many bytes in one piece, and touches none of it.
 * Returns what gives it back. Once kernels are installed, what is not left is refused with an error.
 */
export function fillHeap(spare: number): () => void {
  const { wasm } = backend() as unknown as WasmBackend;
  const room = wasm._malloc(spare);
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
