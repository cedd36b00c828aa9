import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisRange } from './axis-range.ts';

describe('axisRange', () => {
  test('has round ends around the values', () => {
    expect(axisRange([2.37, 2.9, 5.31, 2.5])).toEqual({ min: 2, max: 6, interval: 1 });
    expect(axisRange([-0.42, -0.13])).toEqual({ min: -0.5, max: -0.1, interval: 0.1 });
  });

  test('takes in the baseline', () => {
    expect(axisRange([2.1, 2.2], [3.95])).toEqual({ min: 2, max: 4, interval: 0.5 });
  });

  test('gives a single value some room, and no value the range from 0 to 1', () => {
    expect(axisRange([2.5])).toEqual({ min: 2.2, max: 2.8, interval: 0.1 });
    expect(axisRange([], [2.5])).toEqual(axisRange([2.5]));
    expect(axisRange([])).toEqual({ min: 0, max: 1, interval: 0.2 });
  });

  test('does not let one huge loss at the start flatten the rest', () => {
    const run = Array.from({ length: 40 }, (_, step) => 3 - step * 0.02);
    expect(axisRange([5000, ...run]).max).toBeLessThan(4);
    expect(axisRange([3.5, ...run]).max).toBeGreaterThanOrEqual(3.5);
  });

  test('never leaves out a low value or the baseline, and always has a few ticks', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const nearTick = fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.constantFrom(0.1, 0.2, 0.5, 1))
      .chain(([n, tick]) =>
        fc.constantFrom(n * tick, n * tick + Number.EPSILON * Math.abs(n * tick), n * tick + Number.MIN_VALUE),
      );
    const value = fc.oneof(number, nearTick);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.option(value, { nil: undefined }), (losses, baseline) => {
        const always = baseline === undefined ? [] : [baseline];
        const { min, max, interval } = axisRange(losses, always);
        expect(min).toBeLessThanOrEqual(Math.min(...losses, ...always));
        expect(max).toBeGreaterThanOrEqual(baseline ?? Math.min(...losses));
        const ticks = (max - min) / interval;
        expect(Math.abs(ticks - Math.round(ticks))).toBeLessThan(1e-3);
        expect(ticks).toBeGreaterThan(0.5);
        expect(ticks).toBeLessThan(9);
      }),
      {
        numRuns: 500,
        examples: [
          [[5.000000000000001, 0], -Number.MIN_VALUE],
          [[-5.000000000000001, 0], Number.MIN_VALUE],
        ],
      },
    );
  });
});
