import { inflateSync } from 'node:zlib';
import { refusePicture } from './decoded-picture.ts';
import type { PngColours, PngParts } from './png-parts.ts';

/** Numbers of a pixel. */
export const samplesOf: Readonly<Record<PngColours, number>> = {
  grey: 1,
  rgb: 3,
  palette: 1,
  'grey-alpha': 2,
  'rgb-alpha': 4,
};

/** A line of pixels as it stands in a picture: the first pixel's place, and the way to the next. */
export interface Scanline {
  readonly bytes: Uint8Array;
  readonly pixels: number;
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

const wholePass: Pass = { x: 0, y: 0, stepX: 1, stepY: 1 };

/** The passes of an interlaced picture (PNG specification, 8.2). */
const adam7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];

/** A byte of a deflate stream stands for 1,032 bytes at most. */
const maxRatio = 1032;

/** What some encoders append to the pixels, and all decoders ignore. */
const slack = 2 ** 16;

/** Unpacks the pixels: so many bytes as the header says, in one piece of memory. */
function unpack(packed: readonly Uint8Array[], size: number, source: string): Uint8Array {
  const bytes = packed.length === 1 ? (packed[0] as Uint8Array) : Buffer.concat(packed);
  const cut = (cause?: unknown): never =>
    refusePicture(source, 'is cut: it holds fewer pixels than its header says.', cause);
  if (size > bytes.length * maxRatio) return cut();
  try {
    const pixels = inflateSync(bytes, { maxOutputLength: size + slack, chunkSize: size + slack });
    return pixels.length < size ? cut() : pixels;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') return cut(cause);
    if (code === 'ERR_BUFFER_TOO_LARGE') return refusePicture(source, 'holds more pixels than its header says.', cause);
    return refusePicture(source, `cannot be unpacked: ${message}.`, cause);
  }
}

const nearest = (left: number, up: number, corner: number): number => {
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
};

/** Takes the filter off a line, in its place (PNG specification, 9.2); `far` is how many bytes before a byte its neighbour stands. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, far: number, source: string): void {
  const size = line.length;
  if (filter === 1) {
    for (let i = far; i < size; i++) line[i] = (line[i] as number) + (line[i - far] as number);
  } else if (filter === 2) {
    for (let i = 0; i < size; i++) line[i] = (line[i] as number) + (above[i] as number);
  } else if (filter === 3) {
    for (let i = 0; i < size; i++) {
      const left = i < far ? 0 : (line[i - far] as number);
      line[i] = (line[i] as number) + ((left + (above[i] as number)) >> 1);
    }
  } else if (filter === 4) {
    for (let i = 0; i < size; i++) {
      const left = i < far ? 0 : (line[i - far] as number);
      const corner = i < far ? 0 : (above[i - far] as number);
      line[i] = (line[i] as number) + nearest(left, above[i] as number, corner);
    }
  } else if (filter !== 0) {
    refusePicture(source, `has a line filtered by ${filter}; PNG's filters are 0 to 4.`);
  }
}

interface SizedPass extends Pass {
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a line, without its filter. */
  readonly size: number;
}

function passesOf({ width, height, depth, colours, interlaced }: PngParts): readonly SizedPass[] {
  const bits = depth * samplesOf[colours];
  return (interlaced ? adam7 : [wholePass])
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.stepX);
      const rows = Math.ceil((height - pass.y) / pass.stepY);
      return { ...pass, columns, rows, size: Math.ceil((columns * bits) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

function* unfiltered(
  bytes: Uint8Array,
  passes: readonly SizedPass[],
  far: number,
  source: string,
): Generator<Scanline> {
  let at = 0;
  for (const { x, y, stepX, stepY, columns, rows, size } of passes) {
    let above: Uint8Array = new Uint8Array(size);
    for (let row = 0; row < rows; row++) {
      const line = bytes.subarray(at + 1, at + 1 + size);
      unfilter(bytes[at] as number, line, above, far, source);
      yield { bytes: line, pixels: columns, x, y: y + row * stepY, step: stepX };
      above = line;
      at += 1 + size;
    }
  }
}

/** The lines of a PNG, unpacked at once and unfiltered one by one, in the order in which they are stored. Throws a `PictureFault`. */
export function pngScanlines(parts: PngParts, source: string): Iterable<Scanline> {
  const passes = passesOf(parts);
  const size = passes.reduce((sum, pass) => sum + pass.rows * (1 + pass.size), 0);
  const far = Math.max(1, (parts.depth * samplesOf[parts.colours]) >> 3);
  return unfiltered(unpack(parts.packed, size, source), passes, far, source);
}
