import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meanOf, rowStatistics } from './row-statistics.ts';

test('mean, standard error and median', () => {
  expect(rowStatistics([4, 1, 3, 2])).toEqual({
    count: 4,
    mean: 2.5,
    standardError: expect.closeTo(0.645497, 6),
    median: 2.5,
    trimmedMean: 2.5,
  });
  expect(rowStatistics([7])).toEqual({ count: 1, mean: 7, standardError: Number.NaN, median: 7, trimmedMean: 7 });
  const none = { mean: Number.NaN, standardError: Number.NaN, median: Number.NaN, trimmedMean: Number.NaN };
  expect(rowStatistics([])).toEqual({ count: 0, ...none });
  expect(rowStatistics([1, Number.NaN, 2])).toEqual({ count: 3, ...none });
});

test('a few rows that carry the mean carry neither median nor trimmed mean', () => {
  const scores = Array.from({ length: 100 }, (_, i) => -1 - i / 100);
  const few = [...scores.slice(3), -1e9, -1e12, -Infinity];
  const { mean, median, trimmedMean } = rowStatistics(few);
  expect(mean).toBe(-Infinity);
  expect(median).toBeCloseTo(-1.5, 1);
  expect(trimmedMean).toBeCloseTo(-1.5, 1);
});

test('infinities are exact', () => {
  expect(rowStatistics([1, -Infinity])).toMatchObject({
    mean: -Infinity,
    median: -Infinity,
    standardError: Number.NaN,
  });
  expect(rowStatistics([Infinity, 1, 2])).toMatchObject({ mean: Infinity, median: 2, trimmedMean: 2 });
  expect(rowStatistics([Infinity, -Infinity]).mean).toBeNaN();
  expect(rowStatistics([-Infinity, -Infinity, 3]).median).toBe(-Infinity);
});

test('no figure depends on the order of rows, to the bit', () => {
  const number = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(-Infinity, Infinity, Number.NaN, 0, -0, -3e38));
  fc.assert(
    fc.property(
      fc
        .array(number, { minLength: 1 })
        .chain((values) =>
          fc.tuple(
            fc.constant(values),
            fc.shuffledSubarray(values, { minLength: values.length, maxLength: values.length }),
          ),
        ),
      ([values, shuffled]) => {
        expect(rowStatistics(shuffled)).toEqual(rowStatistics(values));
        expect(meanOf(shuffled)).toBe(meanOf(values));
        expect(meanOf(values)).toBe(rowStatistics(values).mean);
      },
    ),
  );
});

test('a small spread around a large mean is not lost', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 });
  fc.assert(
    fc.property(values, (spread) => {
      const shifted = rowStatistics(spread.map((value) => value + 1e6));
      expect(shifted.standardError).toBeCloseTo(rowStatistics(spread).standardError, 6);
    }),
  );
});
