import type { Definition } from '@diffeo/core';
import { additive } from './additive.ts';
import { affine } from './affine.ts';
import { exp } from './fixed/exp.ts';
import { sigmoid } from './fixed/sigmoid.ts';
import { softplus } from './fixed/softplus.ts';
import { tanh } from './fixed/tanh.ts';
import { mixtureOfLogistics } from './mixture-of-logistics.ts';
import { leakyRelu } from './power/leaky-relu.ts';
import { power } from './power/power.ts';
import { yeoJohnson } from './power/yeo-johnson.ts';
import { rationalQuadratic } from './rational-quadratic.ts';
import { sinhArcsinh } from './sinh-arcsinh.ts';
import { heavyTails } from './tails/heavy-tails.ts';

/** The element-wise transforms of this package, for `load`. */
export const transformDefinitions: readonly Definition[] = [
  affine,
  additive,
  rationalQuadratic,
  mixtureOfLogistics,
  sinhArcsinh,
  leakyRelu,
  yeoJohnson,
  heavyTails,
  exp,
  softplus,
  sigmoid,
  tanh,
  power,
];
