import type { Definition } from '@diffeo/core';
import { actnorm } from './actnorm.ts';
import { haar } from './haar.ts';
import { invertibleLinear } from './invertible-linear.ts';
import { multiScale } from './multi-scale.ts';
import { permute } from './permute.ts';
import { reverse } from './reverse.ts';
import { squeeze, unsqueeze } from './squeeze.ts';

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
