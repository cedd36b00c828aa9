import { refusePicture } from './decoded-picture.ts';
import { isJpeg } from './jpeg-segments.ts';
import { isPng } from './png-chunks.ts';

/** What else files of pictures turn out to be: how they begin, from which byte on, and what that is. */
const others: readonly (readonly [text: string, at: number, what: string])[] = [
  ['GIF8', 0, 'a GIF file'],
  ['WEBP', 8, 'a WebP file'],
  ['BM', 0, 'a BMP file'],
  ['II*\0', 0, 'a TIFF file'],
  ['MM\0*', 0, 'a TIFF file'],
  ['ftypavi', 4, 'an AVIF file'],
  ['ftyp', 4, 'a HEIC file or a film'],
  ['\xff\n', 0, 'a JPEG XL file'],
  ['JXL ', 4, 'a JPEG XL file'],
  ['jP  ', 4, 'a JPEG 2000 file'],
  ['\xff\x4f\xff\x51', 0, 'a JPEG 2000 file'],
  ['8BPS', 0, 'a Photoshop file'],
  ['\0\0\x01\0', 0, 'an icon file'],
  ['%PDF', 0, 'a PDF file'],
  ['<svg', 0, 'an SVG drawing'],
  ['<?xml', 0, 'an XML file'],
  ['<!DOCTYPE', 0, 'a web page'],
  ['<html', 0, 'a web page'],
  ['PK\x03\x04', 0, 'a ZIP archive'],
];

const holds = (bytes: Uint8Array, text: string, at: number): boolean =>
  [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

/** Whether a file is a PNG or a JPEG, by how it begins. Throws a `PictureFault`, with what it is instead where that is known. */
export function pictureFormat(bytes: Uint8Array, source: string): 'png' | 'jpeg' {
  if (isPng(bytes)) return 'png';
  if (isJpeg(bytes)) return 'jpeg';
  if (bytes.length === 0) return refusePicture(source, 'is empty.');
  if (holds(bytes, 'version https://git-lfs', 0)) {
    return refusePicture(source, "is a pointer of Git LFS in a picture's place: run git lfs pull.");
  }
  const [, , what] = others.find(([text, at]) => holds(bytes, text, at)) ?? [];
  return refusePicture(
    source,
    what ? `is ${what}; PNG and JPEG files are read: convert it.` : 'is neither a PNG nor a JPEG file.',
  );
}
