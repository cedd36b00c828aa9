import type { Definition } from '@diffeo/core';
import { transformDefinitions } from '@diffeo/ops';
import { elementwise } from './elementwise.ts';
import { gaussianise } from './gaussianise/gaussianise.ts';
import { logit } from './logit.ts';
import { rescale } from './rescale.ts';
import { standardise } from './standardise.ts';
import { whiten } from './whiten.ts';

/** What this package defines, and the transforms of our own, for `load`. */
export const elementwiseDefinitions: readonly Definition[] = [
  elementwise,
  gaussianise,
  logit,
  rescale,
  standardise,
  whiten,
  ...transformDefinitions,
];
