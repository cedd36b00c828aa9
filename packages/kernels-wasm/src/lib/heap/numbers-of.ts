import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { isWasmBackend, numbersAt } from './backend.ts';
import { guardOf } from './guard.ts';

/**
 * The numbers of a float32 tensor where they are, on the WASM backend: to read or to write them without a copy. Valid until
 * the next tensor is made, since the heap moves when it grows. Elsewhere `null`.
 */
export function numbersOf(tensor: Tensor): Float32Array | null {
  const { backend } = engine();
  if (!isWasmBackend(backend) || tensor.dtype !== 'float32') return null;
  guardOf(backend)?.interceptor?.read();
  return numbersAt(backend, tensor);
}
