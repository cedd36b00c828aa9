import { basename } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { nameInMessage } from '../files/name-in-message.ts';
import { readBytes } from '../files/read-bytes.ts';
import type { NumberArray } from './arrays/number-array.ts';
import { parseIdx, requireIdx } from './arrays/parse-idx.ts';
import { type Images, imagesFrom } from './images.ts';

/** The numbers of an IDX file, named by its path in messages. Throws `FILE`. */
async function readIdx(path: string): Promise<NumberArray> {
  const source = nameInMessage(basename(path));
  return await parseIdx(await readBytes(path, { check: (head) => requireIdx(head, source) }), { source });
}

/**
 * Reads images from an IDX file, and their labels from another; packed by gzip or not. Node only. Throws `FILE` when a
 * file cannot be read, `DATA` and `BINS` when they hold no images of 8 bits, or not a label for each.
 */
export async function readIdxImages(
  path: string,
  { labels, classes }: { readonly labels?: string; readonly classes?: readonly string[] } = {},
): Promise<Images> {
  const [images, read] = await Promise.all([readIdx(path), labels === undefined ? undefined : readIdx(labels)]);
  if (read && read.shape.length !== 1) {
    throw new DiffeoError(
      'DATA',
      `${nameInMessage(labels ?? '')} should hold one label for each image; its shape is [${read.shape.join(', ')}].`,
    );
  }
  return imagesFrom(images, { ...(read && { labels: read.data }), ...(classes && { classes }) });
}
