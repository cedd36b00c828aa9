import { isDiffeoError } from '@diffeo/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imagesFrom } from '../images/images.ts';
import { reduceBits } from './reduce-bits.ts';

const image = (data: Uint8Array, levels = 256) =>
  imagesFrom({ shape: [1, 1, data.length], data }, { levels, labels: [0] });

test('what is left is the pixel divided by the levels that fall together, rounded down', () => {
  const pixels = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(pixels, fc.integer({ min: 1, max: 8 }), (data, bits) => {
      const before = data.slice();
      const reduced = reduceBits(image(data), { bits });
      expect([...reduced.values]).toEqual([...data].map((pixel) => Math.floor(pixel / 2 ** (8 - bits))));
      expect(reduced.levels).toBe(2 ** bits);
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
    levels: 2,
  });
});

test.each([
  [256, 0],
  [256, 9],
  [256, 2.5],
  [17, 2],
  [16, 5],
])('of %i levels, %f bits cannot be kept', (levels, bits) => {
  try {
    reduceBits(image(new Uint8Array([1]), levels), { bits });
    expect.fail('it was reduced');
  } catch (error) {
    expect(isDiffeoError(error) && error.code).toBe('LEVELS');
    expect(String(error)).toContain(`got ${levels} levels and bits: ${bits}`);
  }
});
