import { memory } from '@tensorflow/tfjs-core';

/**
 * How many more tensors there are after `f` than before: 0 for a function that disposes whatever it makes, less for one
 * that disposes what was there. What `f` returns is not looked at.
 */
export function countTensors(f: () => unknown): number {
  const before = memory().numTensors;
  f();
  return memory().numTensors - before;
}
