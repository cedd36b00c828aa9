import { expect, test } from 'vitest';
import { checkBins } from './data/check-rows.ts';
import { readDigits } from './read-digits.ts';

test('1,797 digits of 64 pixels with 17 bins, about as many of each', async () => {
  const { images, labels } = await readDigits();
  expect(images).toMatchObject({ count: 1797, eventShape: [64] });
  expect(images.values).toHaveLength(1797 * 64);
  checkBins(images, 17);
  expect(Math.max(...images.values)).toBe(16);
  const counts = Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
  // As published with the data set.
  expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
});
