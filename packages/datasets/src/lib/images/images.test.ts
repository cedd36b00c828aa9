import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { takeRows } from '../data/dataset.ts';
import { split } from '../data/split.ts';
import { imageSheet } from './image-sheet.ts';
import { imagesFrom, labelRows, nearestImages } from './images.ts';

const images = imagesFrom(
  { shape: [10, 2, 3], data: Uint8Array.from({ length: 60 }, (_, i) => Math.floor(i / 6)) },
  { bins: 10, labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
);

test('samples become images', () => {
  expect(images).toMatchObject({ count: 10, eventShape: [2, 3, 1], bins: 10 });
  const rows = { ...images, values: Float32Array.from(images.values) };
  expect(nearestImages(rows, 10).values).toEqual(images.values);
  const outside = nearestImages({ values: new Float32Array([-3, 1.4, 99]), count: 1, eventShape: [1, 3, 1] }, 10);
  expect([...outside.values]).toEqual([0, 1, 9]);
  expect(() => nearestImages({ ...rows, values: rows.values.map(() => Number.NaN) })).toThrow(/finite/);
  const context = labelRows(takeRows(images, [3, 9]));
  expect(context.eventShape).toEqual([10]);
  expect([...context.values].flatMap((value, i) => (value ? [i] : []))).toEqual([3, 19]);
});

test('each image goes into one part, with its own label', () => {
  const parts = Object.values(split(images, { train: 0.6, validation: 0.2, test: 0.2 }, 1));
  expect(parts.map(({ count }) => count)).toEqual([6, 2, 2]);
  for (const { labels, values } of parts)
    for (const [i, label] of (labels ?? []).entries()) expect(values[6 * i]).toBe(label);
  expect(parts.flatMap(({ labels }) => [...(labels ?? [])]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('what is not an image is refused', () => {
  expect(() => imagesFrom({ shape: [6], data: new Uint8Array(6) })).toThrow(/got \[6\]/);
  expect(() => imagesFrom({ shape: [1, 1, 1, 2], data: new Uint8Array(2) })).toThrow(/1 or 3/);
  expect(() => imagesFrom({ shape: [2, 1, 1], data: new Uint8Array([1, 2]) }, { bins: 2 })).toThrow(
    /Image 1 .* holds 2/,
  );
  expect(() => imagesFrom({ shape: [1, 1, 1], data: new Float32Array([0.5]) })).toThrow(/holds 0.5/);
  expect(() => imagesFrom({ shape: [1, 1, 1], data: new Uint8Array(1) }, { labels: [] })).toThrow(
    /1 images were given 0/,
  );
  expect(() => takeRows(images, [10])).toThrow(/Row 10/);
});

test('a sheet holds every pixel at its place', () => {
  const { width, height, channels, data } = decode(imageSheet(images, { columns: 4, gap: 1, scale: 2 }));
  expect([width, height, channels]).toEqual([4 * 7 + 1, 3 * 5 + 1, 1]);
  for (let image = 0; image < 10; image++) {
    const at = (1 + Math.floor(image / 4) * 5) * width + 1 + (image % 4) * 7;
    expect(data[at + 3 * width + 5]).toBe(Math.round((image * 255) / 9));
  }
  expect(data[0]).toBe(128);
  const ink = decode(imageSheet(images, { columns: 4, gap: 0, ink: true })).data;
  expect([ink[0], ink[3], ink[2 * 3 * 4]]).toEqual([255, Math.round((8 * 255) / 9), Math.round((5 * 255) / 9)]);
  const colour = imagesFrom({ shape: [1, 1, 1, 3], data: new Uint8Array([1, 2, 3]) });
  expect([...decode(imageSheet(colour, { gap: 0 })).data]).toEqual([1, 2, 3]);
  expect(() => imageSheet(images, { columns: 0 })).toThrow(/columns/);
  expect(() => imageSheet(takeRows(images, []))).toThrow(/at least one image/);
});
