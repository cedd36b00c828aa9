import { DiffeoError, type Shape } from '@diffeo/core';
import type { Numbers } from '../../data/numbers.ts';

/** An array read from a file: `data` is row-major and holds as many numbers as `shape` says. */
export interface NumberArray {
  readonly shape: Shape;
  readonly data: Numbers;
}

/** How arrays are read from bytes. */
export interface ReadOptions {
  /** What messages call the bytes; a file's name. Default: the name of the format. */
  readonly source?: string;
  /** The most memory that what is read may take, in bytes. Default 1 GiB. */
  readonly maxBytes?: number;
}

export const DEFAULT_MAX_BYTES = 2 ** 30;

/** Makes the error for bytes that are not what their format says. */
export const damaged = (source: string, message: string, cause?: unknown): DiffeoError =>
  new DiffeoError('FILE', `${source} ${message}`, cause === undefined ? undefined : { cause });

/**
 * The size of an array of that shape and width, in bytes. Throws `FILE` when it is above `maxBytes`. Rounding of products
 * beyond 2⁵³ does no harm: they are above every limit.
 */
export function byteSize(shape: Shape, width: number, maxBytes: number, source: string): number {
  const size = shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, width);
  if (size <= maxBytes) return size;
  throw damaged(
    source,
    `says that it holds an array of shape [${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}], ${size} bytes; at most ${maxBytes} are read. maxBytes sets how many.`,
  );
}
