import jpeg from 'jpeg-js';
import { type DecodedPicture, refusePicture } from './decoded-picture.ts';
import { type JpegParts, jpegParts } from './jpeg-parts.ts';
import { turnPicture } from './turn-picture.ts';

/** Whether colours are stored as brightness and two differences: unless the file says or its names of colours mean otherwise. */
function isTransformed({ adobe, frame: { components } }: JpegParts): boolean {
  if (components.length === 4) return adobe === 2;
  return adobe === null ? components.map(({ id }) => String.fromCharCode(id)).join('') !== 'RGB' : adobe !== 0;
}

/**
 * Decodes a JPEG: baseline or progressive, grey, in colours or, by Adobe's programs, in the four inks of print; turned as its
 * EXIF block says. Takes up to 50 bytes of memory a pixel. Throws a `PictureFault`.
 */
export function readJpeg(file: Uint8Array, source: string): DecodedPicture {
  const parts = jpegParts(file, source);
  const { frame, orientation, adobe, bytes } = parts;
  const { width, height, components } = frame;
  if (components.length === 4 && adobe === null) {
    return refusePicture(source, 'has four inks and does not say how: save it in red, green and blue.');
  }
  let data: Uint8Array;
  try {
    ({ data } = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: isTransformed(parts),
      maxResolutionInMP: 17,
      maxMemoryUsageInMB: 2048,
      // Of restart intervals that reach beyond the picture: all else was looked at.
      tolerantDecoding: true,
    }));
  } catch (cause) {
    const { name, message } = cause as Error;
    const why = name === 'Error' ? `: ${message}` : '';
    return refusePicture(source, `is damaged and cannot be decoded${why}.`, cause);
  }
  if (components.length > 1) return turnPicture({ width, height, channels: 3, data }, orientation);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[3 * i] as number;
  return turnPicture({ width, height, channels: 1, data: grey }, orientation);
}
