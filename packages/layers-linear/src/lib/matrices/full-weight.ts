import { leaf } from '@diffeo/core';
import type { WeightMatrix } from '@diffeo/ops';
import { eye, neg, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { randomRotation } from '../plu/random-rotation.ts';
import { matrixInverse } from './matrix-inverse.ts';
import type { Start } from './start.ts';

/** The parameters of a matrix that is kept as it is. */
export interface FullParams {
  /** W, `[channels, channels]`. */
  readonly weight: Tensor;
}

/** W itself, with its inverse and its log-determinant by elimination. */
export const fullWeight = (size: number, init: Start): WeightMatrix<FullParams> => ({
  layout: { weight: leaf([size, size]) },
  init: (seed) => {
    if (init === 'identity') return { weight: eye(size) };
    const values = randomRotation(size, seed).flatMap((row) => [...row]);
    return { weight: tensor2d(Float32Array.from(values), [size, size]) };
  },
  direct: ({ weight }) => ({ matrix: weight, logDet: matrixInverse(weight).logDet }),
  inverted: ({ weight }) => {
    const { inverse, logDet } = matrixInverse(weight);
    return { matrix: inverse, logDet: neg(logDet) };
  },
});
