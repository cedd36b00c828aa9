import { basename } from 'node:path';
import { nameInMessage } from '../files/name-in-message.ts';
import { readBytes } from '../files/read-bytes.ts';
import { sourceOf } from '../readers/reader.ts';
import { type Images, imagesFrom } from './images.ts';
import { imageReaderOf, imageReaders } from './readers/image-readers.ts';

/** Whether a name is one of a file that {@link readImages} reads. */
export const isImageFile = (path: string): boolean => imageReaders.some(({ endings }) => endings.test(path));

/**
 * Reads images of one file of any format that a reader of the list recognises by its first bytes: IDX, packed by gzip or not, NPY, or
 * the first array of an NPZ file that has their shape. Node only. Throws `FILE` when it cannot be read, `DATA` and `BINS` when it holds
 * no images of whole numbers.
 */
export async function readImages(path: string, { bins = 256 }: { readonly bins?: number } = {}): Promise<Images> {
  const name = nameInMessage(basename(path));
  const bytes = await readBytes(path, { check: (head) => imageReaderOf(head, name).check(head, name) });
  return imagesFrom(await imageReaderOf(bytes, name).read(sourceOf(bytes, name), {}), { bins });
}
