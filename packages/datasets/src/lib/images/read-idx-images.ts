import { basename } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { type Images, imagesFrom } from './images.ts';
import type { NumberArray } from './number-array.ts';
import { parseIdx } from './parse-idx.ts';
import { readBytes } from './read-bytes.ts';

const readIdx = async (path: string): Promise<NumberArray> =>
  parseIdx(await readBytes(path), { source: basename(path) });

/**
 * Reads images from an IDX file, and their labels from another; packed by gzip or not. Node only. Throws `FILE` when a
 * file cannot be read, `DATA` and `LEVELS` when they hold no images of 8 bits, or not a label for each.
 */
export async function readIdxImages(
  path: string,
  { labels, classes }: { readonly labels?: string; readonly classes?: readonly string[] } = {},
): Promise<Images> {
  const [images, read] = await Promise.all([readIdx(path), labels === undefined ? undefined : readIdx(labels)]);
  if (read && read.shape.length !== 1) {
    throw new DiffeoError(
      'DATA',
      `${labels} should hold one label for each image; its shape is [${read.shape.join(', ')}].`,
    );
  }
  return imagesFrom(images, { ...(read && { labels: read.data }), ...(classes && { classes }) });
}
