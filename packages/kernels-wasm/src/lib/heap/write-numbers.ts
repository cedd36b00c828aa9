import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { forgetPacked, isWasmBackend, numbersAt } from './backend.ts';
import { guardOf } from './guard.ts';

/**
 * Writes a vector's numbers into float32 tensors where they are, one tensor after another, with the kernels of this package
 * installed: what is replayed finds them there, and nobody keeps packed copies of what was there before. Returns whether that
 * can be; elsewhere nothing is asked for or written.
 */
export function writeNumbers(tensors: readonly Tensor[], read: () => Float32Array): boolean {
  const { backend } = engine();
  if (!isWasmBackend(backend) || !guardOf(backend)) return false;
  // The heap may move while the vector is read.
  const vector = read();
  let at = 0;
  for (const tensor of tensors) {
    numbersAt(backend, tensor).set(vector.subarray(at, at + tensor.size));
    forgetPacked(backend, tensor);
    at += tensor.size;
  }
  return true;
}
