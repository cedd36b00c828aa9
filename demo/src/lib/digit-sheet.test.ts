import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { type Digits, dataUri, digitSheet } from './digit-sheet.ts';

const GAP = 200;
const PAPER = 255;
const small = { columns: 2, rows: 2, scale: 2, padding: 1, gap: 1 };

/** Digits whose pixels are all one level. */
const plain = (...levels: number[]): Digits => ({
  values: Float32Array.from(levels.flatMap((level) => Array<number>(64).fill(level))),
  count: levels.length,
});

/** Grey at the middle of a pixel of a digit, on a sheet of the default layout. */
const greyAt = (digits: Digits, digit: number, row: number, column: number): number | undefined => {
  const { width, data } = digitSheet(digits);
  const x = 4 + (digit % 10) * 84 + 4 + column * 9 + 4;
  const y = 4 + Math.floor(digit / 10) * 84 + 4 + row * 9 + 4;
  return data[y * width + x];
};

describe('digitSheet', () => {
  test('a hundred digits make a sheet of 844 × 844 pixels', () => {
    const { width, height, data } = digitSheet(plain(...Array<number>(100).fill(3)));
    expect([width, height, data.length]).toEqual([844, 844, 844 * 844]);
  });

  test('level 0 is white, 16 is black, and pixels stay where they are', () => {
    const digits = plain(...Array<number>(24).fill(0));
    digits.values[23 * 64 + 3 * 8 + 5] = 16;
    digits.values[23 * 64 + 3 * 8 + 6] = 4;
    expect(greyAt(digits, 23, 3, 5)).toBe(0);
    expect(greyAt(digits, 23, 3, 6)).toBe(191);
    expect(greyAt(digits, 23, 5, 3)).toBe(255);
    expect(greyAt(digits, 22, 3, 5)).toBe(255);
  });

  test('each pixel becomes one square, inside white padding and grey gaps', () => {
    const { width, data } = digitSheet(plain(16), { ...small, columns: 1, rows: 1 });
    const row = (y: number): number[] => [...data.subarray(y * width, (y + 1) * width)];
    expect(row(0)).toEqual(Array<number>(20).fill(GAP));
    expect(row(1)).toEqual([GAP, ...Array<number>(18).fill(PAPER), GAP]);
    expect(row(2)).toEqual([GAP, PAPER, ...Array<number>(16).fill(0), PAPER, GAP]);
  });

  test('cells without a digit stay grey; digits without a cell are left out', () => {
    const few = digitSheet(plain(0, 0, 0), small);
    const last = few.data.at((few.height - 2) * few.width - 2);
    expect(last).toBe(GAP);
    expect(digitSheet(plain(), small).data.every((grey) => grey === GAP)).toBe(true);
    expect(digitSheet(plain(1, 2, 3, 4, 5, 6), small)).toEqual(digitSheet(plain(1, 2, 3, 4), small));
  });

  test('levels outside 0..16 are drawn as the nearer end', () => {
    expect(digitSheet(plain(-3, 99), small)).toEqual(digitSheet(plain(0, 16), small));
  });

  test('more ink is never lighter', () => {
    const level = fc.float({ min: -5, max: 25, noNaN: true });
    fc.assert(
      fc.property(level, level, (a, b) => {
        const grey = (value: number) =>
          digitSheet(plain(value), { ...small, gap: 0, padding: 0 }).data[0] ?? Number.NaN;
        expect(Math.sign(grey(Math.min(a, b)) - grey(Math.max(a, b)))).not.toBe(-1);
      }),
    );
  });

  test('a level that is not finite is refused, with its place', () => {
    const digits = plain(1, 2);
    digits.values[64 + 7] = Number.NaN;
    expect(() => digitSheet(digits)).toThrow(
      expect.objectContaining({ code: 'NOT_FINITE', message: expect.stringContaining('Pixel 7 of digit 1 is NaN') }),
    );
  });

  test.each([2, -1, 0.5, Number.NaN])('a count of %s for 64 levels is refused', (count) => {
    expect(() => digitSheet({ values: new Float32Array(64), count })).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    );
  });
});

test('dataUri holds the same pixels as a grey PNG', () => {
  const image = digitSheet(plain(2, 9, 16), small);
  const [head, base64 = ''] = dataUri(image).split(',');
  const { width, height, channels, depth, data } = decode(Buffer.from(base64, 'base64'));
  expect(head).toBe('data:image/png;base64');
  expect({ width, height, channels, depth }).toEqual({
    width: image.width,
    height: image.height,
    channels: 1,
    depth: 8,
  });
  expect(Uint8Array.from(data)).toEqual(image.data);
});
