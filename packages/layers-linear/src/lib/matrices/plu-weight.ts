import { leaf } from '@diffeo/core';
import type { WeightMatrix } from '@diffeo/ops';
import { type PluFactors, pluMatrix } from '@diffeo/ops';
import { identity, rotation } from '../plu/plu-params.ts';
import type { Start } from './start.ts';

/** W = P·L·(U + diag(sign · exp(logScale))), with log-scales within ±bound and its log-determinant on the diagonal. */
export const pluWeight = (size: number, init: Start, bound: number): WeightMatrix<PluFactors> => ({
  layout: {
    permutation: leaf([size], { dtype: 'int32' }),
    sign: leaf([size], { trainable: false }),
    factors: leaf([size, size]),
  },
  init: (seed) => (init === 'rotation' ? rotation(size, seed, bound) : identity(size)),
  direct: (params) => pluMatrix(params, { bound }),
  inverted: (params) => pluMatrix(params, { bound, inverted: true }),
});
