import { pictureElement } from '../lib/picture-element.ts';

/** A grid that a coupling bends, and what becomes of a cell. */
export const element = pictureElement(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
