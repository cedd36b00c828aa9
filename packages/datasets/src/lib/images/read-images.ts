import { basename } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import { type Images, imagesFrom } from './images.ts';
import type { NumberArray } from './number-array.ts';
import { parseIdx } from './parse-idx.ts';
import { parseNpy } from './parse-npy.ts';
import { parseNpz } from './parse-npz.ts';
import { readBytes } from './read-bytes.ts';

/** Whether a name is one of a file that {@link readImages} reads. */
export const isImageFile = (path: string): boolean => /(\.np[yz]|-ubyte(\.gz)?|\.idx\d?(\.gz)?)$/i.test(path);

const looksLikeImages = ({ shape }: NumberArray): boolean => shape.length === 3 || shape.length === 4;

async function parse(path: string): Promise<NumberArray> {
  const [bytes, source] = [await readBytes(path), basename(path)];
  if (/\.npy$/i.test(path)) return parseNpy(bytes, { source });
  if (!/\.npz$/i.test(path)) return await parseIdx(bytes, { source });
  const arrays = [...(await parseNpz(bytes, { source }))];
  const [first] = arrays.filter(([, array]) => looksLikeImages(array));
  if (first) return first[1];
  const found = arrays.map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).join(', ');
  throw new DiffeoError('DATA', `${source} holds no array [count, height, width]: it has ${found || 'none'}.`);
}

/**
 * Reads images of one file: IDX, packed by gzip or not, NPY, or the first array of an NPZ file that has their shape. Node
 * only. Throws `FILE` when it cannot be read, `DATA` and `LEVELS` when it holds no images of whole levels.
 */
export async function readImages(path: string, { levels = 256 }: { readonly levels?: number } = {}): Promise<Images> {
  return imagesFrom(await parse(path), { levels });
}
