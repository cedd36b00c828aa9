import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './backend.ts';

/**
 * Tensors for a kernel to fill, known to tfjs like any others. They hold anything.
 *
 * @throws DiffeoError `MEMORY` where the heap has no room for one of them; the kernel's guard disposes the others.
 */
export const outputs = (
  backend: WasmBackend,
  shapes: readonly (readonly number[])[],
  dtype: DataType = 'float32',
): TensorInfo[] => shapes.map((shape) => backend.makeOutput([...shape], dtype));

const alignment = 64;

/**
 * Runs `f` with so many bytes of the heap, which are free again when it returns. They hold anything, and begin on a line
 * of the cache.
 *
 * @throws DiffeoError `MEMORY` where the heap has no room for them.
 */
export function withScratch<T>(backend: WasmBackend, bytes: number, f: (address: number) => T): T {
  const { wasm } = backend;
  const address = wasm._malloc(bytes + alignment) >>> 0;
  try {
    return f(Math.ceil(address / alignment) * alignment);
  } finally {
    wasm._free(address);
  }
}
