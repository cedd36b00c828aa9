import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { namesInMessage } from '../../files/name-in-message.ts';
import { allBytes, beginsWith } from '../../readers/reader.ts';
import { DEFAULT_MAX_BYTES } from '../arrays/number-array.ts';
import { npzMembers, unpackArray } from '../arrays/parse-npz.ts';
import { requireZip } from '../arrays/zip-members.ts';
import type { ImageReader } from './image-reader.ts';

/** NPZ, numpy's archives: the first array that has the shape of images. Others, such as labels as text, need not be readable. */
export const npzImages: ImageReader = {
  name: 'npz',
  endings: /\.npz$/i,
  recognise: (head) => beginsWith(head, 'PK'),
  check: requireZip,
  async read(source) {
    const found: string[] = [];
    let fault: unknown;
    let left = DEFAULT_MAX_BYTES;
    for (const member of npzMembers(await allBytes(source), source.name)) {
      try {
        const array = await unpackArray(member, source.name, left);
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
      `${source.name} holds no array [count, height, width]: it has ${namesInMessage(found) || 'none'}.`,
    );
  },
};
