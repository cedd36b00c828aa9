import { DiffeoError } from '@diffeo/core';
import { idxImages } from './idx-images.ts';
import type { ImageReader } from './image-reader.ts';
import { npyImages } from './npy-images.ts';
import { npzImages } from './npz-images.ts';

/** The readers of images, in the order in which they are asked; the first that recognises a file reads it. */
export const imageReaders: readonly ImageReader[] = [npyImages, npzImages, idxImages];

/**
 * The reader of a file that begins so; of one that none recognises, the reader of its name, which says what is wrong. Throws `FILE`
 * where neither is known.
 */
export function imageReaderOf(head: Uint8Array, name: string): ImageReader {
  const found =
    imageReaders.find((reader) => reader.recognise(head, name)) ??
    imageReaders.find(({ endings }) => endings.test(name));
  if (found) return found;
  throw new DiffeoError('FILE', `${name} holds no images that are read: they come as IDX, NPY or NPZ.`);
}
