/** A part of a JPEG file. */
export interface JpegSegment {
  /** What it is, such as 0xda for the start of a scan. */
  readonly marker: number;
  /** What it holds behind its length, as far as it is there. */
  readonly data: Uint8Array;
  /** All of its bytes, marker and length included; of a scan, the coded pixels too. */
  readonly bytes: Uint8Array;
  /** Whether all of it is there. */
  readonly whole: boolean;
}

export const startOfScan = 0xda;
export const endOfImage = 0xd9;

/** Markers that stand alone: TEM, those of restarts, and the two ends. */
const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);

/** Whether the bytes begin as a JPEG file does. */
export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/** Where the next marker stands that does not belong to coded pixels; the end of the bytes if there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] as number;
    if (marker !== 0x00 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd7)) return at;
  }
  return bytes.length;
}

/**
 * The segments of a JPEG file in order (ITU T.81, B.1.1), up to the end of the image or of the bytes. What stands between them
 * and belongs to none is left out.
 */
export function* jpegSegments(file: Uint8Array): Generator<JpegSegment> {
  for (let at = nextMarker(file, 2); at < file.length; ) {
    const marker = file[at + 1] as number;
    const alone = standsAlone(marker);
    const lengthThere = alone || at + 4 <= file.length;
    const length = alone || !lengthThere ? 0 : ((file[at + 2] as number) << 8) | (file[at + 3] as number);
    const head = at + 2 + length;
    const end = marker === startOfScan ? nextMarker(file, Math.min(head, file.length)) : head;
    const whole = lengthThere && (alone || length >= 2) && end <= file.length;
    yield { marker, data: file.subarray(at + 4, head), bytes: file.subarray(at, end), whole };
    if (marker === endOfImage || !whole) return;
    at = nextMarker(file, end);
  }
}
