import type { Definition } from '@diffeo/core';
import { gaussianise } from './gaussianise/gaussianise.ts';
import { logit } from './logit.ts';
import { rescale } from './rescale.ts';
import { standardise } from './standardise.ts';
import { whiten } from './whiten.ts';

/** What this package defines, for `load`. */
export const elementwiseDefinitions: readonly Definition[] = [gaussianise, logit, rescale, standardise, whiten];
