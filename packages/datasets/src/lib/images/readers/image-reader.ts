import type { Reader } from '../../readers/reader.ts';
import type { NumberArray } from '../arrays/number-array.ts';

/** A format that images are read from: an array `[count, height, width]` or `[count, height, width, channels]`. */
export interface ImageReader extends Reader<object, NumberArray> {
  /** What names of such files end in. */
  readonly endings: RegExp;
  /** Throws `FILE` for a beginning that no such file has, so that nothing endless is read to its end. */
  check(head: Uint8Array, name: string): void;
}
