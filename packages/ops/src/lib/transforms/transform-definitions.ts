import type { Definition } from '@diffeo/core';
import { additive } from './additive.ts';
import { affine } from './affine.ts';
import { rationalQuadratic } from './rational-quadratic.ts';

/** The element-wise transforms of this package, for `load`. */
export const transformDefinitions: readonly Definition[] = [affine, additive, rationalQuadratic];
