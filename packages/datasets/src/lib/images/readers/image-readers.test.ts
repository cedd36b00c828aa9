import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isDiffeoError } from '@diffeo/core';
import { afterAll, expect, test } from 'vitest';
import { writeNpy, writeZip } from '../../../../test/write-arrays.ts';
import { sourceOf } from '../../readers/reader.ts';
import { isImageFile, readImages } from '../read-images.ts';
import { imageReaderOf, imageReaders } from './image-readers.ts';

// Two images of 2 × 1 pixels in every format: a reader is one of the list, and held to this.
const pixels = [1, 2, 3, 250];
const idx = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, ...pixels]);
const npy = writeNpy('|u1', false, '(2, 2, 1)', Uint8Array.from(pixels));
const files = [
  ['idx', 'set-images-idx3-ubyte', idx],
  ['idx', 'set-images-idx3-ubyte.gz', gzipSync(idx)],
  ['npy', 'set.npy', npy],
  ['npz', 'set.npz', writeZip({ 'images.npy': npy }, true)],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'diffeo-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('every reader of the list is tried', () => {
  expect(new Set(files.map(([name]) => name))).toEqual(new Set(imageReaders.map(({ name }) => name)));
});

test.each(files)(
  '%s, %s: recognised by its content and by no other reader, whatever it is called',
  (name, file, bytes) => {
    expect(imageReaders.filter((reader) => reader.recognise(bytes, 'data')).map((reader) => reader.name)).toEqual([
      name,
    ]);
    expect(isImageFile(file)).toBe(true);
  },
);

test.each(files)('%s, %s: the same images from a file of any name', async (_, file, bytes) => {
  for (const name of [file, 'data']) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const images = await readImages(path);
    expect([images.eventShape, [...images.values]]).toEqual([[2, 1, 1], pixels]);
  }
});

test.each(files)('%s, %s: cut anywhere, it is refused by an error of ours', async (_, file, bytes) => {
  for (let length = 0; length < bytes.length; length++) {
    const part = bytes.subarray(0, length);
    const fault = await Promise.resolve()
      .then(() => imageReaderOf(part, file).read(sourceOf(part, file), {}))
      .catch((error: unknown) => error);
    expect(isDiffeoError(fault), `${length} bytes`).toBe(true);
  }
});

test('what none knows is refused by the list of formats, or by the reader of its name', async () => {
  const path = (name: string) => {
    writeFileSync(join(folder, name), 'plain text');
    return join(folder, name);
  };
  await expect(readImages(path('notes'))).rejects.toThrow(
    'notes holds no images that are read: they come as IDX, NPY or NPZ',
  );
  await expect(readImages(path('notes.npy'))).rejects.toThrow('notes.npy is not an NPY file');
});
