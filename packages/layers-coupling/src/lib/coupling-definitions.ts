import type { Definition } from '@diffeo/core';
import { additiveCoupling } from './additive-coupling.ts';
import { affineCoupling } from './affine-coupling.ts';
import { convolutional } from './convolutional.ts';
import { mlp } from './mlp.ts';

/** What this package defines, for `load`. */
export const couplingDefinitions: readonly Definition[] = [affineCoupling, additiveCoupling, mlp, convolutional];
