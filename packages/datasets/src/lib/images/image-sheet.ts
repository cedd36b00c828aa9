import { DiffeoError } from '@diffeo/core';
import { encodePng } from './encode-png.ts';
import type { Images } from './images.ts';

/** How a sheet is laid out. */
export interface SheetOptions {
  /** Images in a row. Default: about as many as there are rows. */
  readonly columns?: number;
  /** Pixels of the sheet between neighbours and around them. Default 2. */
  readonly gap?: number;
  /** The side of the square that a pixel becomes. Default 1. */
  readonly scale?: number;
  /** The grey between the images, 0 (black) to 255. Default 128. */
  readonly background?: number;
  /** Whether the lowest bin is white and the highest black, as ink on paper. Default false. */
  readonly ink?: boolean;
}

function whole(value: number, least: number, what: string): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new DiffeoError('CONFIG', `imageSheet: ${what} must be a whole number from ${least} on; got ${value}`);
}

/**
 * Where images stand on a sheet, and how large it is, pixels. Throws `CONFIG` for an impossible layout, `DATA` when there are
 * no images.
 */
export function sheetLayout(
  { count, eventShape: [height, width] }: Pick<Images, 'count' | 'eventShape'>,
  options: SheetOptions = {},
): {
  readonly columns: number;
  readonly gap: number;
  readonly scale: number;
  readonly size: readonly [number, number];
} {
  if (count === 0) throw new DiffeoError('DATA', 'A sheet needs at least one image; got none.');
  const columns = whole(options.columns ?? Math.ceil(Math.sqrt(count)), 1, 'columns');
  const gap = whole(options.gap ?? 2, 0, 'gap');
  const scale = whole(options.scale ?? 1, 1, 'scale');
  const sheetWidth = columns * (width * scale + gap) + gap;
  const sheetHeight = Math.ceil(count / columns) * (height * scale + gap) + gap;
  if (sheetWidth * sheetHeight > 2 ** 28) {
    throw new DiffeoError(
      'CONFIG',
      `imageSheet: ${sheetWidth} × ${sheetHeight} pixels are too many; give fewer images or a smaller scale`,
    );
  }
  return { columns, gap, scale, size: [sheetHeight, sheetWidth] };
}

/**
 * The images in a grid, row by row, as one PNG; the lowest bin is black and the highest is white, or the
 * other way about with `ink`. Throws `CONFIG` for an
 * impossible layout, `DATA` when there are no images.
 */
export function imageSheet(images: Images, options: SheetOptions = {}): Uint8Array {
  const { columns, gap, scale, size } = sheetLayout(images, options);
  const [sheetHeight, sheetWidth] = size;
  const background = options.background ?? 128;
  const [height, width, channels] = images.eventShape;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(background);
  const light = 255 / (images.bins - 1);
  const greys = Uint8Array.from({ length: images.bins }, (_, bin) =>
    Math.round((options.ink ? images.bins - 1 - bin : bin) * light),
  );
  for (let image = 0; image < images.count; image++) {
    const left = gap + (image % columns) * (width * scale + gap);
    const top = gap + Math.floor(image / columns) * (height * scale + gap);
    const begin = image * height * width * channels;
    for (let y = 0; y < height * scale; y++) {
      let to = ((top + y) * sheetWidth + left) * channels;
      const row = begin + Math.floor(y / scale) * width * channels;
      for (let x = 0; x < width * scale; x++) {
        const from = row + Math.floor(x / scale) * channels;
        for (let c = 0; c < channels; c++) data[to++] = greys[images.values[from + c] as number] as number;
      }
    }
  }
  return encodePng({ width: sheetWidth, height: sheetHeight, channels: channels === 3 ? 3 : 1, data });
}
