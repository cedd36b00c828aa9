import type { Definition } from '@diffeo/core';
import { padImages } from './pad-images.ts';
import { uniformDequantize } from './uniform-dequantize.ts';
import { variationalDequantize } from './variational-dequantize.ts';

/** The dequantizers that this package defines, for `load`. */
export const dequantizerDefinitions: readonly Definition[] = [uniformDequantize, variationalDequantize, padImages];
