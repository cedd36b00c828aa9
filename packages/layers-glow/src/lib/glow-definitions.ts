import type { Definition } from '@diffeo/core';
import { actnorm } from './actnorm.ts';
import { haar } from './images/haar.ts';
import { multiScale } from './images/multi-scale.ts';
import { squeeze, unsqueeze } from './images/squeeze.ts';
import { invertibleLinear } from './linear/invertible-linear.ts';
import { permute } from './reordering/permute.ts';
import { reverse } from './reordering/reverse.ts';

/** What this package defines, for `load`. */
export const glowDefinitions: readonly Definition[] = [
  actnorm,
  haar,
  invertibleLinear,
  multiScale,
  permute,
  reverse,
  squeeze,
  unsqueeze,
];
