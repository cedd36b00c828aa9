import type { Definition } from '@diffeo/core';
import { logit } from './logit.ts';
import { standardise } from './standardise.ts';
import { uniformDequantize } from './uniform-dequantize.ts';

/** What this package defines, for `load`: {@link standardise}, {@link logit} and {@link uniformDequantize}. */
export const preprocessingDefinitions: readonly Definition[] = [standardise, logit, uniformDequantize];
