import { type PictureHeader, refusePicture } from './decoded-picture.ts';
import { exifOrientation } from './exif-orientation.ts';
import { isFrame, type JpegFrame, jpegFrame } from './jpeg-frame.ts';
import { endOfImage, jpegSegments, startOfScan } from './jpeg-segments.ts';
import { isOnItsSide } from './turn-picture.ts';

/** What of a JPEG file makes its pixels. */
export interface JpegParts {
  readonly frame: JpegFrame;
  /** How it is to be turned, 1 to 8. */
  readonly orientation: number;
  /** How Adobe's programs say that colours are stored: 0 as they are, 1 as brightness and two differences, 2 the same with black. */
  readonly adobe: number | null;
  /** The file without all that is not needed. */
  readonly bytes: Uint8Array;
}

/** Progressive pictures have ten scans or so; each may go over all pixels in a few bytes. */
const maxScans = 300;

const beginsWith = (data: Uint8Array, text: string): boolean =>
  data.length >= text.length && [...text].every((letter, i) => data[i] === letter.charCodeAt(0));

const exifIn = (marker: number, data: Uint8Array): number | null =>
  marker === 0xe1 && beginsWith(data, 'Exif\0') ? exifOrientation(data.subarray(6)) : null;

/** What the first bytes of a JPEG file say; `null` when more of them are needed. Throws a `PictureFault`. */
export function jpegHeader(file: Uint8Array, source: string): PictureHeader | null {
  let orientation = 1;
  for (const { marker, data, whole } of jpegSegments(file)) {
    if (!whole && marker !== startOfScan) return null;
    orientation = exifIn(marker, data) ?? orientation;
    if (marker === endOfImage || marker === startOfScan) return refusePicture(source, 'has no frame header.');
    if (!isFrame(marker)) continue;
    const { width, height, components } = jpegFrame(marker, data, source);
    const onItsSide = isOnItsSide(orientation);
    return {
      ...{ width: onItsSide ? height : width, height: onItsSide ? width : height },
      channels: components.length === 1 ? 1 : 3,
    };
  }
  return null;
}

/** The numbers of the quantization tables of a segment (ITU T.81, B.2.4.1). */
function quantizationTables(data: Uint8Array, source: string): number[] {
  const tables: number[] = [];
  let at = 0;
  while (at < data.length) {
    const [deep, table] = [(data[at] as number) >> 4, (data[at] as number) & 15];
    if (deep > 1 || table > 3) break;
    tables.push(table);
    at += 1 + 64 * (1 + deep);
  }
  return at === data.length ? tables : refusePicture(source, 'has a damaged quantization table.');
}

/** The classes and numbers of the Huffman tables of a segment (ITU T.81, B.2.4.2). */
function huffmanTables(data: Uint8Array, source: string): number[] {
  const tables: number[] = [];
  let at = 0;
  while (at + 17 <= data.length) {
    const table = data[at] as number;
    if (table >> 4 > 1 || (table & 15) > 3) break;
    tables.push(table);
    const codes = data.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    if (codes > 256) break;
    at += 17 + codes;
  }
  return at === data.length ? tables : refusePicture(source, 'has a damaged Huffman table.');
}

/** Throws a `PictureFault` unless a scan's header (ITU T.81, B.2.3) goes with the frame and the tables before it. */
function checkScan(data: Uint8Array, frame: JpegFrame, huffman: ReadonlySet<number>, source: string): void {
  const [count = 0] = data;
  const [start = 0, end = 0, approximation = 0] = data.subarray(1 + 2 * count);
  const chosen = Array.from({ length: Math.min(count, 4) }, (_, i) => ({
    id: data[1 + 2 * i],
    tables: data[2 + 2 * i] as number,
  }));
  const ids = new Set(chosen.map(({ id }) => id));
  const { progressive, components } = frame;
  const sound =
    data.length === 4 + 2 * count &&
    ids.size === count &&
    chosen.every(({ id }) => components.some((component) => component.id === id)) &&
    (!progressive ||
      (start <= end && end <= 63 && (start === 0 ? end === 0 : count === 1) && (approximation & 15) <= 13));
  if (!sound) refusePicture(source, 'has a damaged scan header.');
  const refines = progressive && approximation >> 4 > 0;
  for (const { tables } of chosen) {
    const needed = [
      ...(start === 0 && !refines ? [tables >> 4] : []),
      ...(start > 0 || !progressive ? [0x10 | (tables & 15)] : []),
    ];
    if (needed.some((table) => !huffman.has(table))) refusePicture(source, 'has a scan without its Huffman table.');
  }
}

/**
 * The parts of a JPEG file that make its pixels, checked so far that decoding them takes no more than header and length of the
 * file allow. Profiles, thumbnails and comments are left out. Throws a `PictureFault`.
 */
export function jpegParts(file: Uint8Array, source: string): JpegParts {
  let frame: JpegFrame | null = null;
  let orientation = 1;
  let adobe: number | null = null;
  let scans = 0;
  let coded = 0;
  const quantization = new Set<number>();
  const huffman = new Set<number>();
  const kept: Uint8Array[] = [file.subarray(0, 2)];
  for (const { marker, data, bytes, whole } of jpegSegments(file)) {
    if (!whole) break;
    if (!frame) orientation = exifIn(marker, data) ?? orientation;
    if (marker === 0xdb) for (const table of quantizationTables(data, source)) quantization.add(table);
    else if (marker === 0xc4) for (const table of huffmanTables(data, source)) huffman.add(table);
    else if (isFrame(marker)) {
      if (frame) refusePicture(source, 'holds several frames.');
      frame = jpegFrame(marker, data, source);
    } else if (marker === startOfScan) {
      if (!frame) return refusePicture(source, 'has no frame header.');
      checkScan(data, frame, huffman, source);
      scans += 1;
      coded += bytes.length - data.length - 4;
      if (scans > maxScans) refusePicture(source, `has more than ${maxScans} scans, which no usual picture has.`);
    } else if (marker === 0xdd) {
      if (data.length !== 2) refusePicture(source, 'has a damaged restart interval.');
    } else if (marker === 0xee && beginsWith(data, 'Adobe') && data.length >= 12 && adobe === null) {
      adobe = data[11] as number;
    } else if (marker === endOfImage) {
      if (!frame || scans === 0) break;
      if (!frame.components.every((component) => quantization.has(component.quantization))) {
        refusePicture(source, 'lacks a quantization table.');
      }
      // A block takes a bit at least.
      if (8 * coded < frame.blocks) refusePicture(source, 'is cut: it holds fewer pixels than its header says.');
      return { frame, orientation, adobe, bytes: Buffer.concat([...kept, bytes]) };
    } else continue;
    kept.push(bytes);
  }
  return refusePicture(source, scans === 0 ? 'holds no pixels: it is cut.' : 'is cut: its end is missing.');
}
