import { numbersOf } from '@diffeo/kernels-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Hands the numbers of float32 tensors to `use`, and returns what that returns. On the WASM backend it is called at once, with
 * the memory in which they are: the numbers are valid until `use` makes a tensor or returns. Elsewhere they are waited for. A
 * GPU that is read without waiting stands still until it has caught up, and WebGPU cannot be read so at all.
 */
export async function withNumbers<T>(
  tensors: readonly Tensor[],
  use: (numbers: readonly Float32Array[]) => T,
): Promise<T> {
  const present = tensors.flatMap((tensor) => numbersOf(tensor) ?? []);
  if (present.length === tensors.length) return use(present);
  return use(await Promise.all(tensors.map(async (tensor) => (await tensor.data()) as Float32Array)));
}

/** A scalar's number. The tensor is gone afterwards. */
export async function takeScalar(scalar: Tensor): Promise<number> {
  try {
    return await withNumbers([scalar], ([numbers]) => numbers?.[0] as number);
  } finally {
    scalar.dispose();
  }
}
