import { pictureElement } from '../lib/picture-element.ts';

/** A point's way through the layers of a flow, as a sum. */
export const element = pictureElement(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
