import { basename } from 'node:path';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { nameInMessage, namesInMessage } from '../files/name-in-message.ts';
import { readBytes } from '../files/read-bytes.ts';
import { DEFAULT_MAX_BYTES, type NumberArray } from './arrays/number-array.ts';
import { parseNpy, requireNpy } from './arrays/parse-npy.ts';
import { npzMembers, unpackArray } from './arrays/parse-npz.ts';
import { requireZip } from './arrays/zip-members.ts';
import { type Images, imagesFrom } from './images.ts';
import { readIdx } from './read-idx-images.ts';

/** Whether a name is one of a file that {@link readImages} reads. */
export const isImageFile = (path: string): boolean => /(\.np[yz]|-ubyte(\.gz)?|\.idx\d?(\.gz)?)$/i.test(path);

/** The first array of an NPZ file that has the shape of images. Others, such as labels as text, need not be readable. */
async function firstImages(bytes: Uint8Array, source: string): Promise<NumberArray> {
  const found: string[] = [];
  let fault: unknown;
  let left = DEFAULT_MAX_BYTES;
  for (const member of npzMembers(bytes, source)) {
    try {
      const array = await unpackArray(member, source, left);
      if (array.shape.length === 3 || array.shape.length === 4) return array;
      found.push(`${member.name} [${array.shape.join(', ')}]`);
    } catch (error) {
      if (!isDiffeoError(error)) throw error;
      fault ??= error;
    }
    left = Math.max(0, left - member.size);
  }
  if (fault) throw fault;
  throw new DiffeoError(
    'DATA',
    `${source} holds no array [count, height, width]: it has ${namesInMessage(found) || 'none'}.`,
  );
}

async function parse(path: string): Promise<NumberArray> {
  const source = nameInMessage(basename(path));
  if (/\.npy$/i.test(path)) {
    return parseNpy(await readBytes(path, { check: (head) => requireNpy(head, source) }), { source });
  }
  if (!/\.npz$/i.test(path)) return await readIdx(path);
  return await firstImages(await readBytes(path, { check: (head) => requireZip(head, source) }), source);
}

/**
 * Reads images of one file: IDX, packed by gzip or not, NPY, or the first array of an NPZ file that has their shape. Node
 * only. Throws `FILE` when it cannot be read, `DATA` and `BINS` when it holds no images of whole numbers.
 */
export async function readImages(path: string, { bins = 256 }: { readonly bins?: number } = {}): Promise<Images> {
  return imagesFrom(await parse(path), { bins });
}
