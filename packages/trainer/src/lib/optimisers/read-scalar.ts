import type { Tensor } from '@tensorflow/tfjs-core';

/** A scalar's number. The tensor is gone afterwards. */
export function readScalar(scalar: Tensor): number {
  const [value] = scalar.dataSync() as Float32Array;
  scalar.dispose();
  return value as number;
}
