import type { DecodedPicture, PictureHeader } from './decoded-picture.ts';
import { jpegHeader } from './jpeg-parts.ts';
import { pictureFormat } from './picture-format.ts';
import { pngHeader } from './png-parts.ts';
import { readJpeg } from './read-jpeg.ts';
import { readPng } from './read-png.ts';

/** What the first bytes of a PNG or JPEG file say of it; `null` when more of them are needed. Throws a `PictureFault`. */
export const pictureHeader = (bytes: Uint8Array, source: string): PictureHeader | null =>
  pictureFormat(bytes, source) === 'png' ? pngHeader(bytes, source) : jpegHeader(bytes, source);

/**
 * Decodes a PNG or JPEG file of up to 2²⁴ pixels, upright. What is transparent lies over black, and 16 bits become 8. Time and
 * memory are bounded by what the header says and the length of the file. Throws a `PictureFault` for everything else.
 */
export const decodePicture = (bytes: Uint8Array, source: string): DecodedPicture =>
  pictureFormat(bytes, source) === 'png' ? readPng(bytes, source) : readJpeg(bytes, source);
