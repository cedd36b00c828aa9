/** For workers to import: rows moved by noise, and what their flow is made of. */
import { normal } from '@diffeo/core';
import { add, mul } from '@tensorflow/tfjs-core';
import type { Augment } from '../src/index.ts';

export { couplingDefinitions } from '@diffeo/layers-coupling';
export { elementwiseDefinitions } from '@diffeo/layers-elementwise';

/** Rows with a little noise on them. */
export const augment: Augment = (batch, seed) => ({ ...batch, x: add(batch.x, mul(normal(batch.x.shape, seed), 0.1)) });
