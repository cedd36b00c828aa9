import type { Definition } from '@diffeo/core';
import { convolutional } from './convolutional.ts';
import { maskedMlp } from './masked/masked-mlp.ts';
import { mlp } from './mlp.ts';

/** The networks of this package, for `load`. */
export const networkDefinitions: readonly Definition[] = [mlp, maskedMlp, convolutional];
