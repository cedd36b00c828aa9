import { pictureElement } from '../lib/picture-element.ts';

/** Trains a flow with the logDet and without. */
export const element = pictureElement(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), {
  restarts: true,
});
