import { maxPixels, refusePicture, requirePixels } from './decoded-picture.ts';

/** One of the colours of a JPEG. */
interface Component {
  readonly id: number;
  readonly quantization: number;
}

/** What the frame header of a JPEG says. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  /** How many blocks of 8 × 8 numbers all of its colours have. */
  readonly blocks: number;
}

const maxInkedPixels = (3 * maxPixels) / 4;

const unread: readonly [first: number, last: number, why: string][] = [
  [0xc3, 0xc3, 'is a lossless JPEG'],
  [0xc5, 0xc7, 'is a hierarchical JPEG'],
  [0xc9, 0xcf, 'is a JPEG with arithmetic coding'],
];

/** Tables of Huffman codes and of arithmetic coding have numbers among those of frames. */
const isTable = (marker: number): boolean => marker === 0xc4 || marker === 0xc8;

/** Whether a marker begins a frame, be it of a kind that is read or not. */
export const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && !isTable(marker);

/** Reads a frame header (ITU T.81, B.2.2). Throws a `PictureFault` for what is none, for kinds that are not read, and for too many pixels. */
export function jpegFrame(marker: number, data: Uint8Array, source: string): JpegFrame {
  const [, , kind] = unread.find(([first, last]) => marker >= first && marker <= last) ?? [];
  if (kind) return refusePicture(source, `${kind}, which is not read: save it as a usual one.`);
  const [precision, h1, h0, w1, w0, count = 0] = data;
  if (data.length < 6 || data.length !== 6 + 3 * count) return refusePicture(source, 'has a damaged frame header.');
  if (precision !== 8) return refusePicture(source, `is a JPEG of ${precision} bits; those of 8 are read.`);
  const height = ((h1 as number) << 8) | (h0 as number);
  const width = ((w1 as number) << 8) | (w0 as number);
  if (height === 0) return refusePicture(source, 'does not say in its header how high it is: save it anew.');
  requirePixels(width, height, source);
  if (![1, 3, 4].includes(count)) return refusePicture(source, `has ${count} colours; JPEGs of 1, 3 and 4 are read.`);
  // Each ink takes as much memory as a colour.
  if (count === 4 && width * height > maxInkedPixels) {
    return refusePicture(
      source,
      `is ${width} × ${height} pixels large; in four inks, pictures have ${maxInkedPixels} at most.`,
    );
  }
  const components = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, quantization = 0] = data.subarray(6 + 3 * i);
    const [across, down] = [sampling >> 4, sampling & 15];
    if (across < 1 || across > 4 || down < 1 || down > 4 || quantization > 3) {
      refusePicture(source, 'has a damaged frame header.');
    }
    return { id, quantization, across, down };
  });
  const most = (side: 'across' | 'down'): number => Math.max(...components.map((component) => component[side]));
  const [across, down] = [most('across'), most('down')];
  const blocks = components.reduce(
    (sum, each) => sum + Math.ceil((width * each.across) / across / 8) * Math.ceil((height * each.down) / down / 8),
    0,
  );
  if (new Set(components.map(({ id }) => id)).size !== count) refusePicture(source, 'has a damaged frame header.');
  return { width, height, progressive: marker === 0xc2, components, blocks };
}
