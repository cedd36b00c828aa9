import type { Definition } from '@diffeo/core';
import { conditionalLinear } from './conditional/conditional-linear.ts';
import { fullLinear } from './layers/full-linear.ts';
import { lowRankLinear } from './layers/low-rank-linear.ts';
import { orthogonalLinear } from './layers/orthogonal-linear.ts';
import { pluLinear } from './layers/plu-linear.ts';
import { qrLinear } from './layers/qr-linear.ts';
import { triangularLinear } from './layers/triangular-linear.ts';
import { permute } from './reordering/permute.ts';
import { reverse } from './reordering/reverse.ts';

/** What this package defines, for `load`. */
export const linearDefinitions: readonly Definition[] = [
  conditionalLinear,
  fullLinear,
  lowRankLinear,
  orthogonalLinear,
  permute,
  pluLinear,
  qrLinear,
  reverse,
  triangularLinear,
];
