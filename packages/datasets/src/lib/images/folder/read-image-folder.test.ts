import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiffeoError, randomSource } from '@diffeo/core';
import fc from 'fast-check';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { afterAll, expect, test } from 'vitest';
import { exifSegment, jpegFile, segmentsOf } from '../../../../prove/lib/jpeg-file.ts';
import { encodePng } from '../encode-png.ts';
import { decodePicture } from '../pictures/decode-picture.ts';
import { type DecodedPicture, PictureFault } from '../pictures/decoded-picture.ts';
import { fitPicture } from './fit-picture.ts';
import { type FoundPictures, readImageFolder } from './read-image-folder.ts';

const scratch = mkdtempSync(join(tmpdir(), 'diffeo-pictures-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(scratch, 'folder-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

const noise = (length: number, seed = 1): Uint8Array => {
  const source = randomSource(seed);
  return Uint8Array.from({ length }, () => source.integer(256));
};
const png = (width: number, height: number, channels: 1 | 3, seed = 1): Uint8Array =>
  encodePng({ width, height, channels, data: noise(width * height * channels, seed) });
const flatJpeg = (width: number, height: number, [r, g, b]: readonly [number, number, number]): Uint8Array => {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => [r, g, b, 255][i % 4] as number);
  return jpeg.encode({ width, height, data: Buffer.from(data) }, 95).data;
};

test('our own PNG files come back to the bit, grey and in colour', () => {
  for (const channels of [1, 3] as const) {
    const picture = decodePicture(png(7, 5, channels), 'x.png');
    expect(picture).toEqual({ width: 7, height: 5, channels, data: noise(35 * channels) });
  }
});

test('16 bits, opacity and JPEG become 8 bits of grey or colour', () => {
  const deep = encode({ width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(0, 65535) });
  expect([...decodePicture(deep, 'x').data]).toEqual([0, 255]);
  const clear = encode({ width: 2, height: 1, channels: 4, data: Uint8Array.of(200, 100, 50, 0, 200, 100, 50, 255) });
  expect([...decodePicture(clear, 'x').data]).toEqual([0, 0, 0, 200, 100, 50]);
  const { data, channels } = decodePicture(flatJpeg(8, 8, [200, 100, 50]), 'x');
  expect(channels).toBe(3);
  for (const [i, value] of data.entries()) expect(Math.abs(value - ([200, 100, 50][i % 3] as number))).toBeLessThan(6);
});

test('a picture is cut to its middle, and shrunk by means', () => {
  const picture: DecodedPicture = {
    width: 6,
    height: 2,
    channels: 1,
    data: Uint8Array.of(9, 0, 4, 8, 0, 9, 9, 0, 4, 8, 0, 9),
  };
  expect([...fitPicture(picture, [1, 1], 1)]).toEqual([6]);
  expect([...fitPicture(picture, [2, 2], 1)]).toEqual([4, 8, 4, 8]);
  expect([...fitPicture(picture, [2, 6], 1)]).toEqual([...picture.data]);
  expect([...fitPicture({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) }, [2, 2], 1)]).toEqual([
    76, 76, 76, 76,
  ]);
});

test('any picture shrunk or enlarged keeps its range, and one that is all one colour keeps that', () => {
  const side = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (width, height, tall, wide, value) => {
      const data = new Uint8Array(width * height).fill(value);
      expect([...fitPicture({ width, height, channels: 1, data }, [tall, wide], 1)]).toEqual(
        Array(tall * wide).fill(value),
      );
    }),
  );
});

test('a folder is read in the order of names; folders in it are classes', async () => {
  const flat = await readImageFolder(
    folderOf({ 'b.png': png(4, 3, 1, 2), 'a.PNG': png(4, 3, 1, 1), 'notes.txt': noise(9) }),
  );
  expect(flat).toEqual({
    count: 2,
    eventShape: [3, 4, 1],
    bins: 256,
    values: Uint8Array.of(...noise(12, 1), ...noise(12, 2)),
  });
  const files = {
    'cat/1.png': png(4, 4, 1),
    'ant/2.jpg': flatJpeg(8, 8, [10, 200, 30]),
    'ant/1.png': png(4, 4, 3),
    'none/x.txt': noise(1),
  };
  const sorted = await readImageFolder(folderOf(files), { size: [4, 4] });
  expect(sorted).toMatchObject({ count: 3, eventShape: [4, 4, 3], classes: ['ant', 'cat'] });
  expect([...(sorted.labels ?? [])]).toEqual([0, 0, 1]);
  expect([...sorted.values.subarray(0, 48)]).toEqual([...noise(48)]);
  const grey = noise(16);
  expect([...sorted.values.subarray(96)]).toEqual([...grey].flatMap((value) => [value, value, value]));
  expect((await readImageFolder(folderOf(files), { size: [2, 2], channels: 1, limit: 1 })).eventShape).toEqual([
    2, 2, 1,
  ]);
});

test('what does not fit is refused by name', async () => {
  const refusal = (files: Readonly<Record<string, Uint8Array>>, options = {}) =>
    readImageFolder(folderOf(files), options).then(
      () => expect.fail('it was read'),
      (error: DiffeoError) => `${error.code}: ${error.message}`,
    );
  expect(await refusal({ 'a.png': png(2, 2, 1), 'b.png': png(3, 2, 1) })).toMatch(
    /DATA: b.png has 2 × 3 .*a.png has 2 × 2: give a size/,
  );
  expect(await refusal({ 'a.png': noise(50) })).toMatch(/FILE: a.png is neither/);
  expect(await refusal({ 'a.png': png(9, 9, 1).subarray(0, 60) })).toMatch(/FILE: a.png/);
  expect(await refusal({ 'a.txt': noise(5) })).toMatch(/DATA: .*holds no picture/);
  expect(await refusal({ 'a.webp': noise(5) })).toMatch(/DATA: .*holds no picture.* It holds a.webp: convert them/);
  expect(await refusal({ 'a/b/c.png': png(2, 2, 1) })).toMatch(
    /DATA: .*holds no picture.* Some are in .*a.b: give that/,
  );
  expect(await refusal({ 'a.png': png(2, 2, 1), 'b/c.png': png(2, 2, 1) })).toMatch(/DATA: .*pictures and folders/);
  expect(await refusal({ 'a.png': png(2, 2, 1) }, { size: [0, 2] })).toMatch(/CONFIG/);
  expect(await refusal({ 'a.png': png(2, 2, 1) }, { signal: AbortSignal.abort() })).toMatch(/CANCELLED/);
  await expect(readImageFolder(join(scratch, 'nowhere'))).rejects.toMatchObject({ code: 'FILE' });
});

test('headers are looked at before any picture is unpacked', async () => {
  const damaged = png(6, 4, 1);
  damaged.set([1, 2, 3], 45);
  const folder = folderOf({ 'a.png': damaged, 'b.png': png(6, 4, 1), 'c.webp': noise(9), '.hidden.png': noise(9) });
  const found: FoundPictures[] = [];
  const check = (all: FoundPictures) => {
    found.push(all);
    throw new DiffeoError('DATA', 'that will do');
  };
  await expect(readImageFolder(folder, { check })).rejects.toThrow('that will do');
  const sizes = ['a.png', 'b.png'].map((name) => ({ name, height: 4, width: 6 }));
  expect(found).toEqual([{ pictures: sizes, channels: 1, others: ['c.webp'] }]);
  await expect(readImageFolder(folder, { maxBytes: 40 })).rejects.toMatchObject({
    code: 'MEMORY',
    message: expect.stringMatching(/holds 2 pictures of 4 × 6 × 1, 48 bytes, and at most 40 are read/),
  });
  await expect(readImageFolder(folder)).rejects.toMatchObject({
    code: 'FILE',
    message: expect.stringMatching(/^a\.png/),
  });
});

test('grey and colour may be mixed, and photos on their side', async () => {
  const [width, height] = [16, 8];
  const onItsSide = segmentsOf(flatJpeg(height, width, [90, 90, 90]));
  const files = {
    'a.png': png(width, height, 1),
    'b.jpg': jpegFile([exifSegment(6), ...onItsSide]),
    'c.png': png(width, height, 3),
  };
  const { eventShape, values } = await readImageFolder(folderOf(files));
  expect(eventShape).toEqual([8, 16, 3]);
  const grey = noise(width * height);
  expect([...values.subarray(0, 384)]).toEqual([...grey].flatMap((value) => [value, value, value]));
  expect([...values.subarray(768)]).toEqual([...noise(384)]);
});

test('a signal comes through while a large picture is decoded', async () => {
  const large = encode(
    { width: 2048, height: 2048, channels: 4, data: new Uint8Array(2 ** 24) },
    { zlib: { level: 1 } },
  );
  const folder = folderOf(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}.png`, large])));
  const begin = process.cpuUsage();
  await expect(readImageFolder(folder, { size: [8, 8], signal: AbortSignal.timeout(1500) })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(process.cpuUsage(begin).user).toBeLessThan(6e6); // microseconds of work, whatever else the machine does
});

test('a header that claims more pixels than there can be is refused before anything is unpacked', () => {
  const huge = png(4, 4, 1);
  new DataView(huge.buffer, huge.byteOffset).setUint32(16, 2 ** 31 - 1);
  expect(() => decodePicture(huge, 'huge.png')).toThrow(/huge.png says that it is 2147483647 × 4 pixels/);
});

test('bytes changed, cut or made up are decoded or refused, and nothing else happens', () => {
  const samples = [png(6, 5, 1), png(5, 6, 3), flatJpeg(9, 9, [1, 2, 3])];
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.option(fc.nat(2000)),
      (sample, changes, end) => {
        const bytes = Uint8Array.from(end === null ? sample : sample.subarray(0, end));
        for (const [at, value] of changes) bytes[at % Math.max(1, bytes.length)] = value;
        try {
          const { width, height, channels, data } = decodePicture(bytes, 'x');
          expect(data.length).toBe(width * height * channels);
        } catch (error) {
          if (!(error instanceof PictureFault)) throw error;
        }
      },
    ),
    { numRuns: 400 },
  );
  expect(() => decodePicture(new Uint8Array(0), 'x')).toThrow(PictureFault);
});
