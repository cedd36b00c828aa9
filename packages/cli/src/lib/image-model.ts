import { DiffeoError } from '@diffeo/core';
import type { Rows } from '@diffeo/datasets';
import { imageSheet, nearestImages } from '@diffeo/datasets/images';
import { writeAtomically } from './atomic-file.ts';
import type { StoredModel } from './read-model.ts';

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

/** Throws `USAGE` unless the path is one of a PNG file. */
export function requirePng(path: string | undefined): string {
  if (path !== undefined && /\.png$/i.test(path)) return path;
  throw new DiffeoError('USAGE', `--out takes the path of a PNG file, such as sheet.png; got ${path ?? 'none'}`);
}

/** Writes images as one PNG, so many in a row; small ones are enlarged. */
export function writeSheet(
  path: string,
  { values, eventShape }: Pick<Rows, 'values' | 'eventShape'>,
  { levels, columns }: { readonly levels: number; readonly columns: number },
): void {
  const count = values.length / eventShape.reduce((product, size) => product * size, 1);
  const scale = Math.max(1, Math.round(64 / Math.max(...eventShape.slice(0, 2))));
  writeAtomically(path, imageSheet(nearestImages({ values, count, eventShape }, levels), { columns, scale }));
}
