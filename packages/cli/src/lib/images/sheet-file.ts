import { DiffeoError, type Shape, sizeOf } from '@diffeo/core';
import { imageSheet, nearestImages, sheetLayout } from '@diffeo/datasets/images';
import { atomicFile } from '../files/atomic-file.ts';

/** A PNG file to which images are drawn in a grid, when the work is done that makes them. */
export interface SheetFile {
  /** Throws `CONFIG` unless so many images, so many in a row, have room on a sheet. To be called before they are made. */
  requireRoom(count: number, columns: number): void;
  /** Draws the values of images, so many in a row; small ones are enlarged. */
  draw(values: Float32Array, columns: number): void;
  /** To be called in any case; without `draw` before it, there is no file. */
  close(): void;
}

/** Throws `USAGE` unless the path is one of a PNG file. */
export function requirePng(path: string | undefined): string {
  if (path !== undefined && /\.png$/i.test(path)) return path;
  throw new DiffeoError('USAGE', `--out takes the path of a PNG file, such as sheet.png; got ${path ?? 'none'}`);
}

/** Opens a file for images of this shape and so many bins. Throws `FILE` where it cannot be written. */
export function sheetFile(
  path: string,
  { eventShape, bins }: { readonly eventShape: Shape; readonly bins: number },
): SheetFile {
  const [height, width, channels] = eventShape as readonly [number, number, number];
  const scale = Math.max(1, Math.round(64 / Math.max(height, width)));
  const file = atomicFile(path);
  return {
    requireRoom: (count, columns) =>
      void sheetLayout({ count, eventShape: [height, width, channels] }, { columns, scale }),
    draw: (values, columns) => {
      const images = nearestImages({ values, count: values.length / sizeOf(eventShape), eventShape }, bins);
      file.write(imageSheet(images, { columns, scale }));
      file.commit();
    },
    close: file.discard,
  };
}
