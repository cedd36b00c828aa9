import { crc32 } from 'node:zlib';
import { nameInMessage } from '../../files/name-in-message.ts';
import { type PictureHeader, refusePicture, requirePixels } from './decoded-picture.ts';
import { exifOrientation } from './exif-orientation.ts';
import { type PngChunk, pngChunks } from './png-chunks.ts';
import { isOnItsSide } from './turn-picture.ts';

/** What the colours of a PNG are: grey, red, green and blue, a number of a palette, and the first two with opacity. */
export type PngColours = 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgb-alpha';

/** What of a PNG file makes its pixels. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** Bits of a number: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colours: PngColours;
  readonly interlaced: boolean;
  /** Red, green and blue of each colour. */
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  /** How it is to be turned, 1 to 8. */
  readonly orientation: number;
  readonly packed: readonly Uint8Array[];
}

const kinds: Readonly<Record<number, readonly [colours: PngColours, depths: readonly number[]]>> = {
  0: ['grey', [1, 2, 4, 8, 16]],
  2: ['rgb', [8, 16]],
  3: ['palette', [1, 2, 4, 8]],
  4: ['grey-alpha', [8, 16]],
  6: ['rgb-alpha', [8, 16]],
};

type Header = Pick<PngParts, 'width' | 'height' | 'depth' | 'colours' | 'interlaced'>;

function readHeader({ type, data, whole }: PngChunk, source: string): Header {
  if (type === 'CgBI') return refusePicture(source, "is a PNG of Apple's own kind: save it as a usual one.");
  if (type !== 'IHDR' || data.length !== 13 || !whole) return refusePicture(source, 'has no whole PNG header.');
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, code, compression, filter, interlace] = data.subarray(8);
  requirePixels(width, height, source);
  const [colours, depths] = kinds[code as number] ?? [];
  if (!colours || !depths?.includes(depth as number)) {
    return refusePicture(source, `has ${depth} bits of the colour type ${code}, which PNG does not have.`);
  }
  if (compression !== 0 || filter !== 0 || interlace === undefined || interlace > 1) {
    return refusePicture(source, 'is packed, filtered or interlaced in a way that PNG does not have.');
  }
  return { width, height, depth: depth as number, colours, interlaced: interlace === 1 };
}

/** What the first bytes of a PNG file say; `null` when more of them are needed. Throws a `PictureFault`. */
export function pngHeader(bytes: Uint8Array, source: string): PictureHeader | null {
  let header: Header | null = null;
  let orientation = 1;
  for (const chunk of pngChunks(bytes)) {
    if (!chunk.whole && chunk.type !== 'IDAT') return null;
    if (chunk.type === 'eXIf') orientation = exifOrientation(chunk.data);
    if (chunk.type === 'IDAT' || chunk.type === 'IEND') {
      if (!header) return refusePicture(source, 'has no whole PNG header.');
      const { width, height, colours } = header;
      const onItsSide = isOnItsSide(orientation);
      return {
        ...{ width: onItsSide ? height : width, height: onItsSide ? width : height },
        channels: colours.startsWith('grey') ? 1 : 3,
      };
    }
    header ??= readHeader(chunk, source);
  }
  return null;
}

const used: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'eXIf']);

/** The same, when they come before the pixels, where they belong. */
const beforePixels: ReadonlySet<string> = new Set(['PLTE', 'tRNS', 'eXIf']);

function checkPart({ type, data, checked, crc }: PngChunk, isFirst: boolean, source: string): void {
  if (used.has(type)) {
    if (crc32(checked) !== crc) refusePicture(source, `is damaged: the checksum of its part ${type} does not match.`);
  } else if (/^[A-Z]/.test(type)) {
    refusePicture(source, `has a part '${nameInMessage(type)}' that is not known and cannot be left out.`);
  }
  if (type === 'IHDR' && !isFirst) refusePicture(source, 'has two headers.');
  if (type === 'PLTE' && (data.length === 0 || data.length % 3 !== 0 || data.length > 768)) {
    refusePicture(source, 'has a palette that PNG does not have.');
  }
}

/**
 * The parts of a PNG file that are used, with their checksums checked. Others, among them colour profiles and texts, are
 * never unpacked. Throws a `PictureFault`.
 */
export function pngParts(bytes: Uint8Array, source: string): PngParts {
  let header: Header | null = null;
  const parts = new Map<string, Uint8Array>();
  const packed: Uint8Array[] = [];
  for (const chunk of pngChunks(bytes)) {
    const { type, data, whole } = chunk;
    if (!whole) break;
    const isFirst = header === null;
    header ??= readHeader(chunk, source);
    checkPart(chunk, isFirst, source);
    if (type === 'IDAT') packed.push(data);
    if (beforePixels.has(type) && packed.length === 0) parts.set(type, data);
    if (type !== 'IEND') continue;
    if (packed.length === 0) break;
    const exif = parts.get('eXIf');
    return {
      ...header,
      palette: parts.get('PLTE') ?? null,
      transparency: parts.get('tRNS') ?? null,
      orientation: exif ? exifOrientation(exif) : 1,
      packed,
    };
  }
  if (!header) return refusePicture(source, 'has no whole PNG header.');
  return refusePicture(source, packed.length === 0 ? 'holds no pixels: it is cut.' : 'is cut: its end is missing.');
}
