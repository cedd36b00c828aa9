import jpeg from 'jpeg-js';
import { expect, test } from 'vitest';
import {
  adobeSegment,
  codedBits,
  exifSegment,
  frameSegment,
  greyInScans,
  huffmanTable,
  jpegFile,
  onesTable,
  scanSegment,
  segmentsOf,
} from '../../../../prove/lib/jpeg-file.ts';
import { decodePicture, pictureHeader } from './decode-picture.ts';

/** A baseline picture of blocks of one value each, of which these are the differences: 8 stand for one level. */
function blocks(
  samplings: readonly number[],
  values: readonly number[],
  size: readonly [number, number],
  ...before: Parameters<typeof jpegFile>[0][number][]
): Buffer {
  // The codes 0000 to 1011 stand for differences of 0 to 11 bits; AC has one code, the end of the block.
  const bits = values.map((value) => {
    const length = value === 0 ? 0 : Math.abs(value).toString(2).length;
    const low = value < 0 ? value + 2 ** length - 1 : value;
    return `${length.toString(2).padStart(4, '0')}${length ? low.toString(2).padStart(length, '0') : ''}0`;
  });
  return jpegFile([
    ...before,
    onesTable,
    frameSegment(0xc0, size[0], size[1], samplings),
    huffmanTable(
      0x00,
      Array.from({ length: 12 }, (_, bits) => [4, bits] as const),
    ),
    huffmanTable(0x10, [[1, 0]]),
    scanSegment(
      samplings.map((_, i) => i + 1),
      [0, 63, 0],
      codedBits(bits.join('')),
    ),
  ]);
}

const noise = (width: number, height: number) =>
  jpeg.encode(
    { width, height, data: Buffer.from(Array.from({ length: 4 * width * height }, (_, i) => (i * 37) % 251)) },
    90,
  ).data;

test('grey stays grey, at any sampling, and a restart interval may reach beyond the picture', () => {
  for (const sampling of [0x11, 0x22]) {
    const { width, height, channels, data } = decodePicture(blocks([sampling], [-512, 0], [16, 8]), 'x');
    expect({ width, height, channels }).toEqual({ width: 16, height: 8, channels: 1 });
    expect([...new Set(data)].map((value) => Math.abs(value - 64) <= 1)).toEqual([true]);
  }
  const restarts = { marker: 0xdd, data: Uint8Array.of(0, 7) };
  expect(decodePicture(blocks([0x11], [-512, 0], [16, 8], restarts), 'x').data[0]).toBeCloseTo(64, -1);
});

test('colours are stored as differences, unless Adobe or their names say otherwise', () => {
  const light = (file: Uint8Array) => [...decodePicture(file, 'x').data.subarray(0, 3)];
  const plain = light(blocks([0x11, 0x11, 0x11], [-512, 512, 0], [8, 8]));
  expect(plain[2]).toBeGreaterThan(150);
  const stored = light(blocks([0x11, 0x11, 0x11], [-512, 512, 0], [8, 8], adobeSegment(0)));
  for (const [i, value] of [64, 192, 128].entries()) expect(Math.abs((stored[i] as number) - value)).toBeLessThan(2);
  // Inks are stored upside down: none of three, and a quarter of black left.
  const inks = light(blocks([0x11, 0x11, 0x11, 0x11], [1016, 1016, 1016, -512], [8, 8], adobeSegment(0)));
  for (const value of inks) expect(Math.abs(value - 64)).toBeLessThan(3);
});

test.each([
  [1, [1, 2, 3, 4, 5, 6]],
  [2, [3, 2, 1, 6, 5, 4]],
  [3, [6, 5, 4, 3, 2, 1]],
  [4, [4, 5, 6, 1, 2, 3]],
  [5, [1, 4, 2, 5, 3, 6]],
  [6, [4, 1, 5, 2, 6, 3]],
  [7, [6, 3, 5, 2, 4, 1]],
  [8, [3, 6, 2, 5, 1, 4]],
])('a photo taken with orientation %i is upright', (orientation, order) => {
  // Six blocks, 3 × 2, each brighter than the one before.
  const light = (value: number) => 8 * (20 * value - 80);
  const steps = [1, 2, 3, 4, 5, 6].map((value, i, all) => light(value) - (i === 0 ? 0 : light(all[i - 1] as number)));
  const file = blocks([0x11], steps, [24, 16], exifSegment(orientation));
  const { width, height, data } = decodePicture(file, 'x');
  const [across, down] = [width / 8, height / 8];
  const seen = Array.from(
    { length: 6 },
    (_, i) => data[(8 * Math.floor(i / across) + 4) * width + 8 * (i % across) + 4] as number,
  );
  expect([across, down]).toEqual(orientation < 5 ? [3, 2] : [2, 3]);
  expect(seen.map((value) => Math.round((value - 48) / 20))).toEqual(order);
  expect(pictureHeader(file, 'x')).toEqual({ width, height, channels: 1 });
});

test('scans are counted, and what they cost is bounded', () => {
  expect(decodePicture(greyInScans(64, 64, 200), 'x').data[0]).toBe(128);
  expect(() => decodePicture(greyInScans(64, 64, 400), 'x.jpg')).toThrow(/x.jpg has more than 300 scans/);
});

test('profiles, thumbnails and comments change nothing', () => {
  const [first, ...more] = segmentsOf(noise(9, 7));
  const extras = [0xe1, 0xe2, 0xed, 0xfe].map((marker) => ({ marker, data: new Uint8Array(60_000).fill(0xda) }));
  expect(decodePicture(jpegFile([...extras, first as never, ...more]), 'x')).toEqual(decodePicture(noise(9, 7), 'x'));
});

const whole = segmentsOf(noise(16, 16));
const without = (marker: number) => jpegFile(whole.filter((segment) => segment.marker !== marker));
const withFrame = (frame: (typeof whole)[number]) =>
  jpegFile(whole.map((each) => (each.marker === 0xc0 ? frame : each)));
const colours = [0x11, 0x11, 0x11];

test.each<[string, Uint8Array, RegExp]>([
  ['no end', jpegFile(whole, new Uint8Array(0)), /is cut: its end is missing/],
  ['cut pixels', noise(32, 32).subarray(0, -40), /is cut: its end is missing/],
  ['no scan', without(0xda), /holds no pixels: it is cut/],
  ['no frame', without(0xc0), /has no frame header/],
  ['no Huffman table', without(0xc4), /without its Huffman table/],
  ['no quantization table', without(0xdb), /lacks a quantization table/],
  ['two frames', jpegFile([frameSegment(0xc0, 16, 16, colours), ...whole]), /several frames/],
  ['too many pixels', withFrame(frameSegment(0xc0, 65535, 65535, colours)), /65535 × 65535 pixels large/],
  ['many pixels of few bytes', withFrame(frameSegment(0xc0, 4096, 4096, colours)), /fewer pixels than its header says/],
  ['arithmetic coding', withFrame(frameSegment(0xc9, 16, 16, colours)), /is a JPEG with arithmetic coding/],
  ['lossless', withFrame(frameSegment(0xc3, 16, 16, colours)), /is a lossless JPEG/],
  ['12 bits', withFrame(frameSegment(0xc1, 16, 16, colours, 12)), /is a JPEG of 12 bits/],
  ['no height', withFrame(frameSegment(0xc0, 16, 0, colours)), /how high it is/],
  ['two colours', withFrame(frameSegment(0xc0, 16, 16, [0x11, 0x11])), /has 2 colours/],
  ['four inks of nobody', withFrame(frameSegment(0xc0, 16, 16, [...colours, 0x11])), /has four inks/],
  ['a sampling of 15', withFrame(frameSegment(0xc0, 16, 16, [0xff, 0x11, 0x11])), /damaged frame header/],
])('%s: refused', (_, file, message) => {
  expect(() => decodePicture(file, 'x.jpg')).toThrow(message);
});

test.each([
  ['GIF89a…', /is a GIF file; PNG and JPEG files are read: convert it/],
  ['RIFF....WEBPVP8 ', /is a WebP file/],
  ['....ftypheic', /is a HEIC file/],
  ['....ftypavif', /is an AVIF file/],
  ['<svg xmlns=', /is an SVG drawing/],
  ['<!DOCTYPE html>', /is a web page/],
  ['version https://git-lfs.github.com/spec/v1', /run git lfs pull/],
  ['', /is empty/],
  ['hello', /is neither a PNG nor a JPEG file/],
])('%j is named', (beginning, message) => {
  expect(() => decodePicture(Buffer.from(beginning), 'x.jpg')).toThrow(message);
});
