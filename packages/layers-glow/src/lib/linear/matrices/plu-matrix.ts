import { leaf } from '@diffeo/core';
import { pluMatrix as matrixOf, type PluFactors } from '@diffeo/ops';
import { identity, rotation } from '../plu/plu-params.ts';
import type { Start, WeightMatrix } from './weight-matrix.ts';

/** W = P·L·(U + diag(sign · exp(logScale))), with log-scales within ±bound and its log-determinant on the diagonal. */
export const pluMatrix = (size: number, init: Start, bound: number): WeightMatrix<PluFactors> => ({
  layout: {
    permutation: leaf([size], { dtype: 'int32' }),
    sign: leaf([size], { trainable: false }),
    factors: leaf([size, size]),
  },
  init: (seed) => (init === 'rotation' ? rotation(size, seed, bound) : identity(size)),
  direct: (params) => matrixOf(params, { bound }),
  inverted: (params) => matrixOf(params, { bound, inverted: true }),
});
