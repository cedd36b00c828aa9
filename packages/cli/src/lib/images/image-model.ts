import { DiffeoError } from '@diffeo/core';
import type { StoredModel } from '../model/read-model.ts';

/** Throws `SHAPE` unless a model is one of images of whole levels; returns how many levels. */
export function requireImages(stored: StoredModel): number {
  const { eventShape, dequantizer } = stored.model;
  const levels = dequantizer?.levels ?? null;
  const channels = eventShape[2];
  if (eventShape.length === 3 && (channels === 1 || channels === 3) && levels !== null && levels <= 256) return levels;
  throw new DiffeoError(
    'SHAPE',
    `${stored.path} is no model of images: its data have the shape [${eventShape.join(', ')}]${levels === null ? ' and no levels' : ''}`,
  );
}
