import { pictureElement } from '../lib/picture-element.ts';

/** A monotone map that is dragged, and the densities on both sides of it. */
export const element = pictureElement(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
