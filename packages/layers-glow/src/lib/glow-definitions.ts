import type { Definition } from '@diffeo/core';
import { actnorm } from './actnorm.ts';
import { invertibleLinear } from './invertible-linear.ts';
import { permute } from './permute.ts';
import { reverse } from './reverse.ts';

/** What this package defines, for `load`. */
export const glowDefinitions: readonly Definition[] = [actnorm, permute, reverse, invertibleLinear];
