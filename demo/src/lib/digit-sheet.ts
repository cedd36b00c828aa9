import { DiffeoError } from '@diffeo/core';
import { encode } from 'fast-png';

/** Pixels on one side of a digit. */
const DIGIT_SIZE = 8;
const DIGIT_PIXELS = DIGIT_SIZE * DIGIT_SIZE;
const MAX_LEVEL = 16;
const PAPER_GREY = 255;
const GAP_GREY = 200;

/** 8×8 images, one after the other, row by row; level 0 is paper and 16 is full ink. Levels outside 0..16 are drawn as the nearer end. */
export interface Digits {
  readonly values: Float32Array;
  readonly count: number;
}

/** How a sheet is laid out; lengths in pixels of the sheet. */
export interface SheetLayout {
  /** Default 10. */
  readonly columns?: number;
  /** Default 10. */
  readonly rows?: number;
  /** Side of the square that one pixel of a digit becomes. Default 9. */
  readonly scale?: number;
  /** Margin inside a cell, around its digit. Default 4. */
  readonly padding?: number;
  /** Between neighbouring cells and around the sheet. Default 4. */
  readonly gap?: number;
}

/** An 8-bit grey image, row by row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Lays digits out in a grid, enlarged without smoothing: dark ink on white, thin grey gaps. The grid keeps its size: cells without a
 * digit stay grey, digits without a cell are left out.
 *
 * Throws `SHAPE` when there are fewer than `count` × 64 values, `NOT_FINITE` when a level that is drawn is NaN or infinite.
 */
export const digitSheet = (
  digits: Digits,
  { columns = 10, rows = 10, scale = 9, padding = 4, gap = 4 }: SheetLayout = {},
): GreyImage => {
  checkDigits(digits);
  const cell = DIGIT_SIZE * scale + 2 * padding;
  const width = columns * (cell + gap) + gap;
  const height = rows * (cell + gap) + gap;
  const data = new Uint8Array(width * height).fill(GAP_GREY);

  for (let digit = 0; digit < Math.min(digits.count, columns * rows); digit += 1) {
    const left = gap + (digit % columns) * (cell + gap);
    const top = gap + Math.floor(digit / columns) * (cell + gap);
    fillSquare(data, width, left, top, cell, PAPER_GREY);
    for (let pixel = 0; pixel < DIGIT_PIXELS; pixel += 1) {
      const x = left + padding + (pixel % DIGIT_SIZE) * scale;
      const y = top + padding + Math.floor(pixel / DIGIT_SIZE) * scale;
      fillSquare(data, width, x, y, scale, greyOf(digits, digit, pixel));
    }
  }
  return { width, height, data };
};

/** The image as a PNG in a `data:` URI, for an SVG `<image>`. */
export const dataUri = ({ width, height, data }: GreyImage): string =>
  `data:image/png;base64,${Buffer.from(encode({ width, height, data, channels: 1, depth: 8 })).toString('base64')}`;

const fillSquare = (data: Uint8Array, width: number, left: number, top: number, side: number, grey: number): void => {
  for (let y = top; y < top + side; y += 1) data.fill(grey, y * width + left, y * width + left + side);
};

const checkDigits = ({ values, count }: Digits): void => {
  if (!Number.isInteger(count) || count < 0 || values.length < count * DIGIT_PIXELS) {
    throw new DiffeoError(
      'SHAPE',
      `A sheet of ${count} digits needs a whole number of digits and ${DIGIT_PIXELS} levels for each, but got ${values.length} levels; pass count = values.length / ${DIGIT_PIXELS}.`,
    );
  }
};

const greyOf = ({ values }: Digits, digit: number, pixel: number): number => {
  const level = values[digit * DIGIT_PIXELS + pixel] ?? 0;
  if (!Number.isFinite(level)) {
    throw new DiffeoError(
      'NOT_FINITE',
      `Pixel ${pixel} of digit ${digit} is ${level}, and a picture needs finite levels; look for where the sampling left the numbers.`,
    );
  }
  const ink = Math.min(Math.max(level, 0), MAX_LEVEL) / MAX_LEVEL;
  return Math.round(255 * (1 - ink));
};
