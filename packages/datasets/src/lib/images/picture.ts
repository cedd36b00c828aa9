import { inflateSync } from 'node:zlib';
import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';

/** A picture of 8 bits: grey, or red, green and blue, row after row. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Larger pictures are refused before anything is unpacked: nobody trains a flow on them, and a file of bytes can claim any. */
const mostPixels = 2 ** 24;

const refuse = (source: string, why: string, cause?: unknown): never => {
  throw new DiffeoError('FILE', `${source} ${why}`, { cause });
};

function requireSize(width: number, height: number, source: string): void {
  if (width > 0 && height > 0 && width * height <= mostPixels) return;
  refuse(source, `says that it is ${width} × ${height} pixels large; pictures have 1 to ${mostPixels} of them.`);
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Unpacks the pixels once within the bounds that the header sets, so that the decoder meets no more than these. */
function requireBounded(bytes: Uint8Array, source: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed: Uint8Array[] = [];
  let bound = 0;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) refuse(source, 'is cut: a part of it says that more bytes follow than do.');
    if (name === 'IHDR' && length === 13) {
      const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      requireSize(width, height, source);
      // Eight bytes a pixel at most, and a byte for each row of each of the seven passes of an interlaced picture.
      bound = 8 * width * height + 8 * (height + 8) * 2;
    }
    if (name === 'IDAT') packed.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  if (bound === 0) refuse(source, 'has no header.');
  inflateSync(Buffer.concat(packed), { maxOutputLength: bound });
}

/** Red, green, blue and opacity, or fewer, as grey or colour over black; `most` is the value of full light. */
function flatten(
  { width, height, channels, data }: { width: number; height: number; channels: number; data: ArrayLike<number> },
  most: number,
): DecodedPicture {
  const colours = channels < 3 ? 1 : 3;
  const opaque = channels === 1 || channels === 3;
  const flat = new Uint8Array(width * height * colours);
  for (let i = 0; i < flat.length; i++) {
    const pixel = Math.floor(i / colours);
    const light = (data[pixel * channels + (i % colours)] as number) / most;
    const opacity = opaque ? 1 : (data[(pixel + 1) * channels - 1] as number) / most;
    flat[i] = Math.round(255 * light * opacity);
  }
  return { width, height, channels: colours, data: flat };
}

/** One bit to eight as whole numbers from 0 on, one each. */
function unpackBits(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)] as number;
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  });
}

function readPng(bytes: Uint8Array, source: string): DecodedPicture {
  requireBounded(bytes, source);
  const { width, height, channels, depth, data, palette } = decodePng(bytes, { checkCrc: true });
  const numbers = depth < 8 ? unpackBits(data, width, height, depth) : data;
  if (!palette) return flatten({ width, height, channels, data: numbers }, 2 ** depth - 1);
  const coloured = Array.from(numbers, (index) => palette[index] ?? refuse(source, `has no colour ${index}.`));
  const full = coloured.flatMap(([red, green, blue, opacity = 255]) => [red, green, blue, opacity] as number[]);
  return flatten({ width, height, channels: 4, data: full }, 255);
}

function readJpeg(bytes: Uint8Array, source: string): DecodedPicture {
  const limits = { maxResolutionInMP: mostPixels / 1e6, maxMemoryUsageInMB: 1024, tolerantDecoding: false };
  const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, ...limits });
  requireSize(width, height, source);
  return { width, height, channels: 3, data };
}

/**
 * Decodes a PNG or JPEG file of up to 2²⁴ pixels. What is transparent lies over black, 16 bits become 8, and a JPEG is taken
 * as it is stored, whatever its camera says of turning it. Throws `FILE` for everything else.
 */
export function decodePicture(bytes: Uint8Array, source: string): DecodedPicture {
  const png = signature.every((byte, i) => bytes[i] === byte);
  if (!png && !(bytes[0] === 0xff && bytes[1] === 0xd8)) refuse(source, 'is neither a PNG nor a JPEG file.');
  try {
    return png ? readPng(bytes, source) : readJpeg(bytes, source);
  } catch (cause) {
    if (isDiffeoError(cause)) throw cause;
    return refuse(source, `cannot be decoded: ${(cause as Error).message}`, cause);
  }
}
