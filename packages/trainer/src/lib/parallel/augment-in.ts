import type { Augment } from '../data/augment.ts';

/** What a module exports as `augment`. */
export const augmentIn = (module: object): Augment | null =>
  'augment' in module && typeof module.augment === 'function' ? (module.augment as Augment) : null;
