import { DiffeoError } from '@diffeo/core';
import type { StoredModel } from '../model/read-model.ts';

/** Throws `SHAPE` unless a model is one of images of whole numbers; returns how many bins. */
export function requireImages(stored: StoredModel): number {
  const { eventShape, dequantizer } = stored.model;
  const bins = dequantizer?.bins ?? null;
  const channels = eventShape[2];
  if (eventShape.length === 3 && (channels === 1 || channels === 3) && bins !== null && bins <= 256) return bins;
  throw new DiffeoError(
    'SHAPE',
    `${stored.path} is not a model of images: its data have the shape [${eventShape.join(', ')}]${bins === null ? ' and no bins' : ''}`,
  );
}
