import '@tensorflow/tfjs-backend-cpu';
import { tidied } from '@diffeo/core/engine';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';

/** The numbers of the tensors that `f` returns when tfjs's CPU backend runs it. */
export async function onCpu(f: () => readonly Tensor[]): Promise<number[][]> {
  await setBackend('cpu');
  try {
    return tidied(() => f().map((tensor) => [...tensor.dataSync()]));
  } finally {
    await setBackend('wasm');
  }
}
