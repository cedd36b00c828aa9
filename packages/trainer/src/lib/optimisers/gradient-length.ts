import { tidied } from '@diffeo/core/engine';
import { abs, div, max, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { readScalar } from './read-scalar.ts';

/** Of a gradient that is longer after clipping, squares are beyond float32. */
export const largestLength = 1e19;

/** The norm of a gradient whose squares may be no float32; `Infinity` where they still are none after clipping. */
export function lengthOf(gradient: Tensor, clipNorm: number): number {
  const norm = Math.sqrt(readScalar(tidied(() => sum(square(gradient)))));
  if (norm < largestLength || Number.isNaN(norm)) return norm;
  const largest = readScalar(tidied(() => max(abs(gradient))));
  if (!(largest < Infinity && clipNorm < largestLength)) return Infinity;
  return largest * Math.sqrt(readScalar(tidied(() => sum(square(div(gradient, largest))))));
}
