import { isDiffeoError } from '@diffeo/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imagesFrom } from '../images/images.ts';
import { reduceBits } from './reduce-bits.ts';

const image = (data: Uint8Array, bins = 256) => imagesFrom({ shape: [1, 1, data.length], data }, { bins, labels: [0] });

test('what is left is the pixel divided by the bins that fall together, rounded down', () => {
  const pixels = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(pixels, fc.integer({ min: 1, max: 8 }), (data, bits) => {
      const before = data.slice();
      const reduced = reduceBits(image(data), { bits });
      expect([...reduced.values]).toEqual([...data].map((pixel) => Math.floor(pixel / 2 ** (8 - bits))));
      expect(reduced.bins).toBe(2 ** bits);
      expect(data).toEqual(before);
    }),
    { seed: 1 },
  );
});

test('all else of the images stays, and all bits are all that there was', () => {
  const images = image(new Uint8Array([0, 7, 15]), 16);
  expect(reduceBits(images, { bits: 4 })).toEqual(images);
  expect(reduceBits(images, { bits: 1 })).toMatchObject({
    count: 1,
    eventShape: [1, 3, 1],
    labels: images.labels,
    bins: 2,
  });
});

test.each([
  [256, 0],
  [256, 9],
  [256, 2.5],
  [17, 2],
  [16, 5],
])('of %i bins, %f bits cannot be kept', (bins, bits) => {
  try {
    reduceBits(image(new Uint8Array([1]), bins), { bits });
    expect.fail('it was reduced');
  } catch (error) {
    expect(isDiffeoError(error) && error.code).toBe('BINS');
    expect(String(error)).toContain(`got ${bins} bins and bits: ${bits}`);
  }
});
