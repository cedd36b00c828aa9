import type { Definition } from '@diffeo/core';
import { logit } from './logit.ts';
import { padImages } from './pad-images.ts';
import { rescale } from './rescale.ts';
import { standardise } from './standardise.ts';
import { uniformDequantize } from './uniform-dequantize.ts';
import { variationalDequantize } from './variational-dequantize.ts';

/**
 * What this package defines, for `load`: the layers {@link standardise}, {@link logit} and {@link rescale}, the dequantizers
 * {@link uniformDequantize}, {@link variationalDequantize} and {@link padImages}.
 */
export const preprocessingDefinitions: readonly Definition[] = [
  standardise,
  logit,
  rescale,
  uniformDequantize,
  variationalDequantize,
  padImages,
];
