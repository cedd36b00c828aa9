import { backend, scalar } from '@tensorflow/tfjs-core';

/** The part of tfjs's WASM backend (4.22) that hands out memory. */
interface WasmHeap {
  readonly wasm: { _malloc(bytes: number): number; _free(address: number): void };
}

/** The address of so many bytes; 0 where the heap has no room, which it says by 0 or, where it may not grow, by an error. */
function allocate(wasm: WasmHeap['wasm'], bytes: number): number {
  try {
    return wasm._malloc(bytes);
  } catch {
    return 0;
  }
}

/**
 * Takes all that the heap of the WASM backend can hand out, down to blocks of 16 bytes, and touches none of it, so that it costs the machine
 * nothing: for tests of what happens when memory ends. With the kernels of `@diffeo/kernels-wasm`, what is not left is refused with an error.
 *
 * @param spare bytes in one piece that are left. Default 0.
 * @returns what gives it back
 */
export function fillHeap(spare = 0): () => void {
  scalar(0).dispose(); // the backend is made by its first tensor
  const { wasm } = backend() as unknown as WasmHeap;
  const room = spare ? wasm._malloc(spare) : 0;
  const taken: number[] = [];
  for (let bytes = 2 ** 30; bytes >= 16; bytes /= 2) {
    for (;;) {
      const address = allocate(wasm, bytes);
      if (address === 0) break;
      taken.push(address);
    }
  }
  wasm._free(room);
  return () => {
    for (const address of taken.splice(0)) wasm._free(address);
  };
}
