import { allBytes, beginsWith } from '../../readers/reader.ts';
import { parseNpy, requireNpy } from '../arrays/parse-npy.ts';
import type { ImageReader } from './image-reader.ts';

/** NPY, an array as numpy saves it. */
export const npyImages: ImageReader = {
  name: 'npy',
  endings: /\.npy$/i,
  recognise: (head) => beginsWith(head, '\x93NUMPY'),
  check: requireNpy,
  read: async (source) => parseNpy(await allBytes(source), { source: source.name }),
};
