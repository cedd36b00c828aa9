import { DiffeoError } from '@diffeo/core';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type WasmBackend } from './backend.ts';

const bytesIn = (mebibytes: number): string => `${(mebibytes / 2 ** 20).toFixed(1)} MiB`;

function refuse(bytes: number, what: string, backend: WasmBackend): never {
  throw new DiffeoError(
    'MEMORY',
    `${what} takes ${bytesIn(bytes)}, which is not left: a WebAssembly heap ends at 4096 MiB, and this one holds ${bytesIn(
      backend.wasm.HEAPU8.length,
    )}. Use smaller batches, gradient: 'recompute', or a smaller model.`,
  );
}

function allocate(backend: WasmBackend, shape: readonly number[], dtype: DataType): TensorInfo {
  const bytes = 4 * shape.reduce((size, length) => size * length, 1);
  const what = `A tensor [${shape.join(', ')}]`;
  // tfjs would allocate the remainder of a division by 4 GiB.
  if (bytes >= 2 ** 32) refuse(bytes, what, backend);
  const info = backend.makeOutput([...shape], dtype);
  if (addressOf(backend, info) !== 0) return info;
  backend.disposeData(info.dataId);
  return refuse(bytes, what, backend);
}

/**
 * float32 tensors for a kernel to fill, known to tfjs like any others. They hold anything.
 *
 * @throws DiffeoError `MEMORY` where the heap has no room for all of them; then there is none.
 */
export function outputs(backend: WasmBackend, shapes: readonly (readonly number[])[]): TensorInfo[] {
  const made: TensorInfo[] = [];
  try {
    for (const shape of shapes) made.push(allocate(backend, shape, 'float32'));
    return made;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId);
    throw error;
  }
}

const alignment = 64;

/**
 * Runs `f` with so many bytes of the heap, which are free again when it returns. They hold anything, and begin on a line
 * of the cache.
 *
 * @throws DiffeoError `MEMORY` where the heap has no room for them.
 */
export function withScratch<T>(backend: WasmBackend, bytes: number, f: (address: number) => T): T {
  const { wasm } = backend;
  if (bytes + alignment >= 2 ** 32) refuse(bytes, "A kernel's scratch", backend);
  const address = wasm._malloc(bytes + alignment) >>> 0;
  if (address === 0) refuse(bytes, "A kernel's scratch", backend);
  try {
    return f(Math.ceil(address / alignment) * alignment);
  } finally {
    wasm._free(address);
  }
}
