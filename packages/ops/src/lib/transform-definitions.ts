import type { Definition } from '@diffeo/core';
import { additive } from './transforms/additive.ts';
import { affine } from './transforms/affine.ts';

/** The element-wise transforms of this package, for `load`. */
export const transformDefinitions: readonly Definition[] = [affine, additive];
