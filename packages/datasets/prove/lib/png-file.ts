import { crc32, deflateSync } from 'node:zlib';
import type { RandomSource } from '@diffeo/core';

/** A part of a PNG file to be written. */
export interface WrittenChunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** Default: the right one. */
  readonly crc?: number;
  /** Default: that of the data. */
  readonly length?: number;
}

/** A PNG file of these parts. */
export function pngFile(chunks: readonly WrittenChunk[]): Buffer {
  const parts = chunks.map(({ type, data, crc, length = data.length }) => {
    const [head, tail] = [Buffer.alloc(8), Buffer.alloc(4)];
    head.writeUInt32BE(length >>> 0);
    head.write(type, 4, 'latin1');
    tail.writeUInt32BE((crc ?? crc32(Buffer.concat([head.subarray(4), data]))) >>> 0);
    return Buffer.concat([head, data, tail]);
  });
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

/** What a PNG header says. */
export interface WrittenHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlace?: number;
}

/** The part `IHDR`. */
export function headerChunk({ width, height, depth, colourType, interlace = 0 }: WrittenHeader): WrittenChunk {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width >>> 0, 0);
  data.writeUInt32BE(height >>> 0, 4);
  data.set([depth, colourType, 0, 0, interlace], 8);
  return { type: 'IHDR', data };
}

/** Numbers of a pixel by colour type. */
export const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function filtered(filter: number, line: Uint8Array, above: Uint8Array, far: number): Uint8Array {
  return Uint8Array.from(line, (value, i) => {
    const [left, up, corner] = [line[i - far] ?? 0, above[i] ?? 0, i < far ? 0 : (above[i - far] ?? 0)];
    if (filter === 1) return value - left;
    if (filter === 2) return value - up;
    if (filter === 3) return value - ((left + up) >> 1);
    if (filter === 0) return value;
    const guess = left + up - corner;
    const near = [left, up, corner].reduce((best, one) =>
      Math.abs(guess - one) < Math.abs(guess - best) ? one : best,
    );
    return value - near;
  });
}

/** The packed pixels of a picture of these samples (row after row), with filters drawn by chance. */
export function packedPixels(header: WrittenHeader, samples: ArrayLike<number>, random: RandomSource): Buffer {
  const { width, height, depth, colourType, interlace = 0 } = header;
  const channels = channelsOf[colourType] ?? 1;
  const far = Math.max(1, (depth * channels) >> 3);
  const lines: Uint8Array[] = [];
  for (const [x0, y0, stepX, stepY] of interlace ? passes : ([[0, 0, 1, 1]] as const)) {
    let above: Uint8Array = new Uint8Array(0);
    for (let y = y0; y < height && x0 < width; y += stepY) {
      const bits: number[] = [];
      for (let x = x0; x < width; x += stepX) {
        for (let channel = 0; channel < channels; channel++) {
          const sample = samples[(y * width + x) * channels + channel] as number;
          for (let bit = depth - 1; bit >= 0; bit--) bits.push((sample >> bit) & 1);
        }
      }
      const line = new Uint8Array(Math.ceil(bits.length / 8));
      for (const [i, bit] of bits.entries()) line[i >> 3] = (line[i >> 3] as number) | (bit << (7 - (i & 7)));
      const filter = random.integer(5);
      lines.push(Uint8Array.of(filter), filtered(filter, line, above, far));
      above = line;
    }
  }
  return deflateSync(Buffer.concat(lines));
}
