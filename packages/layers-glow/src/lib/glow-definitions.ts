import type { Definition } from '@diffeo/core';
import { actnorm } from './actnorm.ts';
import { haar } from './images/haar.ts';
import { multiScale } from './images/multi-scale.ts';
import { squeeze, unsqueeze } from './images/squeeze.ts';

/** What this package defines, for `load`. */
export const glowDefinitions: readonly Definition[] = [actnorm, haar, multiScale, squeeze, unsqueeze];
