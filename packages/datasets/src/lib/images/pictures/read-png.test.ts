import { deflateSync } from 'node:zlib';
import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { channelsOf, headerChunk, packedPixels, pngFile, type WrittenChunk } from '../../../../prove/lib/png-file.ts';
import { decodePicture } from './decode-picture.ts';

const end: WrittenChunk = { type: 'IEND', data: new Uint8Array(0) };
const kinds = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].flatMap((depth) => [2, 4, 6].map((type) => [type, depth] as const)),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
];

test.each(kinds.flatMap(([type, depth]) => [0, 1].map((interlace) => [type, depth, interlace] as const)))(
  'colour type %i of %i bits, interlaced %i, comes back to the bit',
  (colourType, depth, interlace) => {
    const random = randomSource(colourType * 100 + depth * 2 + interlace);
    for (const [width, height] of [
      [1, 1],
      [7, 5],
      [3, 9],
      [33, 12],
    ] as const) {
      const header = { width, height, depth, colourType, interlace };
      const channels = channelsOf[colourType] as number;
      const samples = Array.from({ length: width * height * channels }, () => random.integer(2 ** depth));
      const palette = Uint8Array.from({ length: 3 * 2 ** Math.min(depth, 8) }, () => random.integer(256));
      const file = pngFile([
        headerChunk(header),
        ...(colourType === 3 ? [{ type: 'PLTE', data: palette }] : []),
        { type: 'IDAT', data: packedPixels(header, samples, random) },
        end,
      ]);
      const most = 2 ** depth - 1;
      const expected: number[] = [];
      for (let pixel = 0; pixel < width * height; pixel++) {
        const at = pixel * channels;
        if (colourType === 3) expected.push(...palette.subarray(3 * (samples[at] as number)).subarray(0, 3));
        else {
          const opacity = channels % 2 === 0 ? (samples[at + channels - 1] as number) / most : 1;
          for (let i = 0; i < (channels < 3 ? 1 : 3); i++) {
            expected.push(Math.round(((255 * (samples[at + i] as number)) / most) * opacity));
          }
        }
      }
      const decoded = decodePicture(file, 'x.png');
      expect(decoded).toMatchObject({ width, height, channels: channels < 3 && colourType !== 3 ? 1 : 3 });
      expect([...decoded.data]).toEqual(expected);
    }
  },
);

const pixels = (bytes: number) => ({ type: 'IDAT', data: deflateSync(new Uint8Array(bytes)) });
const grey = (width: number, height: number) => headerChunk({ width, height, depth: 8, colourType: 0 });

test('a transparent colour, and colours of a palette with opacity, lie over black', () => {
  const header = { width: 3, height: 1, depth: 8, colourType: 0 };
  const data = packedPixels(header, [200, 100, 50], randomSource(1));
  const clear = { type: 'tRNS', data: Uint8Array.of(0, 100) };
  expect([...decodePicture(pngFile([headerChunk(header), clear, { type: 'IDAT', data }, end]), 'x').data]).toEqual([
    200, 0, 50,
  ]);
  const indexed = { ...header, colourType: 3 };
  const palette = { type: 'PLTE', data: Uint8Array.of(200, 100, 50, 10, 20, 30) };
  const file = pngFile([
    headerChunk(indexed),
    palette,
    { type: 'tRNS', data: Uint8Array.of(51) },
    { type: 'IDAT', data: packedPixels(indexed, [0, 1, 0], randomSource(1)) },
    end,
  ]);
  expect([...decodePicture(file, 'x').data]).toEqual([40, 20, 10, 10, 20, 30, 40, 20, 10]);
});

test('profiles and texts are not unpacked, and animations give their first picture', () => {
  const bomb = Buffer.concat([Buffer.from('p\0\0'), deflateSync(new Uint8Array(2 ** 26))]);
  const extras = ['iCCP', 'zTXt', 'iTXt', 'acTL', 'fcTL'].map((type) => ({ type, data: bomb, crc: 7 }));
  const frame = { type: 'fdAT', data: bomb };
  const before = process.memoryUsage().arrayBuffers;
  const { data } = decodePicture(pngFile([grey(8, 8), ...extras, pixels(72), frame, end]), 'x');
  expect([...data]).toEqual([...new Uint8Array(64)]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 23);
});

test.each<[string, readonly WrittenChunk[], RegExp]>([
  ['fewer pixels', [grey(9, 9), pixels(9), end], /is cut: it holds fewer pixels/],
  ['far fewer pixels', [grey(4096, 4096), pixels(9), end], /is cut: it holds fewer pixels/],
  ['far more pixels', [grey(9, 9), pixels(2 ** 20), end], /holds more pixels than its header says/],
  ['no end', [grey(9, 9), pixels(90)], /is cut: its end is missing/],
  ['no pixels', [grey(9, 9), end], /holds no pixels: it is cut/],
  ['two headers', [grey(9, 9), grey(9, 9), pixels(90), end], /has two headers/],
  ['no header', [pixels(90), end], /has no whole PNG header/],
  ['too many pixels', [grey(2 ** 16, 2 ** 16), pixels(90), end], /65536 × 65536 pixels large/],
  ['a broken checksum', [grey(9, 9), { ...pixels(90), crc: 1 }, end], /checksum of its part IDAT/],
  ['an unknown part', [grey(9, 9), { type: 'QQQQ', data: new Uint8Array(1) }, pixels(90), end], /a part 'QQQQ'/],
  ["Apple's own part", [{ type: 'CgBI', data: new Uint8Array(4) }, grey(9, 9), pixels(90), end], /Apple's own kind/],
  [
    'an unknown depth',
    [headerChunk({ width: 1, height: 1, depth: 16, colourType: 3 }), pixels(3), end],
    /16 bits of the colour type 3/,
  ],
  ['no palette', [headerChunk({ width: 1, height: 1, depth: 8, colourType: 3 }), pixels(2), end], /no palette/],
  ['an unknown filter', [grey(1, 1), { type: 'IDAT', data: deflateSync(Uint8Array.of(9, 9)) }, end], /filtered by 9/],
  ['damaged pixels', [grey(1, 1), { type: 'IDAT', data: Uint8Array.of(9, 9) }, end], /cannot be unpacked/],
])('%s: refused', (_, chunks, message) => {
  expect(() => decodePicture(pngFile(chunks), 'x.png')).toThrow(message);
});

test('a palette without the colour of a pixel is refused', () => {
  const header = headerChunk({ width: 1, height: 1, depth: 8, colourType: 3 });
  const file = pngFile([
    header,
    { type: 'PLTE', data: new Uint8Array(3) },
    { type: 'IDAT', data: deflateSync(Uint8Array.of(0, 4)) },
    end,
  ]);
  expect(() => decodePicture(file, 'x.png')).toThrow(/no colour 4 in its palette/);
});

test('a PNG is turned as its EXIF block says', () => {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');
  const header = { width: 3, height: 1, depth: 8, colourType: 0 };
  const data = packedPixels(header, [1, 2, 3], randomSource(1));
  const file = pngFile([headerChunk(header), { type: 'eXIf', data: tiff }, { type: 'IDAT', data }, end]);
  expect(decodePicture(file, 'x')).toEqual({ width: 1, height: 3, channels: 1, data: Uint8Array.of(1, 2, 3) });
});
