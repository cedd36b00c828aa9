import { pictureElement } from '../lib/picture-element.ts';

/** Digits that a small Glow draws. */
export const element = pictureElement(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
