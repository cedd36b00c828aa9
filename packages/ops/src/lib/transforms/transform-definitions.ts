import type { Definition } from '@diffeo/core';
import { additive } from './additive.ts';
import { affine } from './affine.ts';
import { mixtureOfLogistics } from './mixture-of-logistics.ts';
import { rationalQuadratic } from './rational-quadratic.ts';
import { sinhArcsinh } from './sinh-arcsinh.ts';

/** The element-wise transforms of this package, for `load`. */
export const transformDefinitions: readonly Definition[] = [
  affine,
  additive,
  rationalQuadratic,
  mixtureOfLogistics,
  sinhArcsinh,
];
