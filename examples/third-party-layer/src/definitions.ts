import type { Definition } from '@diffeo/core';
import { planar } from './planar.ts';
import { sinhArcsinh } from './sinh-arcsinh.ts';

/** Everything that this package defines, for `load(bytes, { definitions })`. */
export const definitions: readonly Definition[] = [sinhArcsinh, planar];
