/** A picture of 8 bits: grey, or red, green and blue, row after row. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** What a picture's header says of it. */
export interface PictureHeader {
  /** Width and height upright, as it is shown. */
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Larger pictures are refused before anything is unpacked: nobody trains a flow on them, and a file of bytes can claim any. */
export const maxPixels = 2 ** 24;

/**
 * What is wrong with a picture. Not a `DiffeoError`, which it becomes on the thread that asked: the thread that decodes need not
 * load core.
 */
export class PictureFault extends Error {}

/** Throws a {@link PictureFault} by the name of the picture. */
export function refusePicture(source: string, why: string, cause?: unknown): never {
  throw new PictureFault(`${source} ${why}`, cause === undefined ? undefined : { cause });
}

/** Throws a {@link PictureFault} for a picture that is empty or too large. */
export function requirePixels(width: number, height: number, source: string): void {
  if (width > 0 && height > 0 && width * height <= maxPixels) return;
  refusePicture(source, `says that it is ${width} × ${height} pixels large; pictures have 1 to ${maxPixels} of them.`);
}

/** The longest file of a picture, in bytes: more than the largest takes unpacked. */
export const maxPictureBytes = 2 ** 28;
