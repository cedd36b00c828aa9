import type { Definition } from '@diffeo/core';
import { autoregressiveRows } from './autoregressive/autoregressive-rows.ts';
import { gaussianKernels } from './kernels/gaussian-kernels.ts';
import { productKernels } from './kernels/product-kernels.ts';
import { mixedRows } from './mixed/mixed-rows.ts';
import { gaussianMixture } from './mixture/gaussian-mixture.ts';

/** What this package defines, for `load`, beside the definitions of the layers that members are made of. */
export const tableDefinitions: readonly Definition[] = [
  gaussianMixture,
  gaussianKernels,
  productKernels,
  mixedRows,
  autoregressiveRows,
];
