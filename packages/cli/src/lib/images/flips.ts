import { horizontalFlips } from '@diffeo/datasets';
import type { Augment } from '@diffeo/trainer';

/** What workers make flows of, beside what changes their batches: this is the module that they import for it. */
export { definitions } from '../model/definitions.ts';

/** Mirrors half of the images of a batch. */
export const augment: Augment = horizontalFlips();
