import { isGzip } from '../../csv/text/is-gzip.ts';
import { allBytes } from '../../readers/reader.ts';
import { parseIdx, requireIdx } from '../arrays/parse-idx.ts';
import type { ImageReader } from './image-reader.ts';

/** IDX, the format of MNIST, packed by gzip or not. */
export const idxImages: ImageReader = {
  name: 'idx',
  endings: /(-ubyte|\.idx\d?)(\.gz)?$/i,
  recognise: (head) => isGzip(head) || (head.length > 3 && head[0] === 0 && head[1] === 0),
  check: requireIdx,
  read: async (source) => await parseIdx(await allBytes(source), { source: source.name }),
};
