import { tidied } from '@diffeo/core/engine';
import { abs, div, max, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { takeScalar } from '../reading/with-numbers.ts';

/** Of a gradient that is longer after clipping, squares are beyond float32. */
export const largestLength = 1e19;

/** The norm of a gradient whose squares may be no float32; `Infinity` where they still are none after clipping. */
export async function lengthOf(gradient: Tensor, clipNorm: number): Promise<number> {
  const norm = Math.sqrt(await takeScalar(tidied(() => sum(square(gradient)))));
  if (norm < largestLength || Number.isNaN(norm)) return norm;
  const largest = await takeScalar(tidied(() => max(abs(gradient))));
  if (!(largest < Infinity && clipNorm < largestLength)) return Infinity;
  return largest * Math.sqrt(await takeScalar(tidied(() => sum(square(div(gradient, largest))))));
}
