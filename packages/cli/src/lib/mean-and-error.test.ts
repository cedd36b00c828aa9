import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meanAndError } from './mean-and-error.ts';

it('gives the mean and its standard error', () => {
  expect(meanAndError([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: expect.closeTo(0.645497, 6), count: 4 });
  expect(meanAndError([7])).toEqual({ mean: 7, standardError: Number.NaN, count: 1 });
  expect(meanAndError([0, Number.NEGATIVE_INFINITY, 1]).mean).not.toBe(0);
});

it('does not lose a small spread around a large mean', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 });
  fc.assert(
    fc.property(values, (spread) => {
      const shifted = meanAndError(spread.map((value) => value + 1e6));
      expect(shifted.standardError).toBeCloseTo(meanAndError(spread).standardError, 6);
    }),
  );
});
