import { DiffeoError } from '@diffeo/core';
import { encode } from 'fast-png';

/** One picture, 8 bits a channel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 are red, green and blue. */
  readonly channels: 1 | 3;
  /** Row after row, the channels of a pixel side by side; 0 is black. */
  readonly data: Uint8Array;
}

/** The picture as a PNG file. Throws `DATA` when its numbers do not fill its size. */
export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  const possible = [width, height].every((length) => Number.isInteger(length) && length > 0);
  if (!possible || data.length !== width * height * channels) {
    throw new DiffeoError(
      'DATA',
      `A PNG of ${width} × ${height} pixels with ${channels} channels cannot be made of ${data.length} numbers.`,
    );
  }
  return encode({ width, height, channels, data, depth: 8 });
}
