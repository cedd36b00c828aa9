import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { forgetPacked, isWasmBackend, numbersAt } from './backend.ts';
import { guardOf } from './guard.ts';

/**
 * Writes a vector's numbers into float32 tensors where they are, one tensor after another, with the kernels of this package
 * installed: what is replayed finds them there, and nobody keeps packed copies of what was there before. Returns whether that
 * can be; elsewhere nothing is written.
 */
export function writeNumbers(tensors: readonly Tensor[], vector: Tensor): boolean {
  const { backend } = engine();
  if (!isWasmBackend(backend) || !guardOf(backend)) return false;
  const numbers = numbersAt(backend, vector);
  let at = 0;
  for (const tensor of tensors) {
    numbersAt(backend, tensor).set(numbers.subarray(at, at + tensor.size));
    forgetPacked(backend, tensor);
    at += tensor.size;
  }
  return true;
}
