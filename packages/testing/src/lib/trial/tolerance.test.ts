import { expect, test } from 'vitest';
import { tolerances } from './tolerance.ts';

test.each([
  [1, 2e-7],
  [8, 4e-6],
  [16, 1.4e-5],
  [32, 7e-5],
])(
  'at %i affine couplings of 4 dimensions the round trip may err by more than the measured %d, and by less than 1e-3',
  (depth, measured) => {
    const { roundTrip } = tolerances(4, depth, 1);
    expect(roundTrip).toBeGreaterThan(5 * measured);
    expect(roundTrip).toBeLessThan(1e-3);
  },
);

test('amplification loosens every tolerance in proportion', () => {
  const [usual, loose] = [tolerances(2, 1, 1), tolerances(2, 1, 10)];
  expect(loose.roundTrip).toBeCloseTo(10 * usual.roundTrip, 12);
  expect(loose.gradient).toBeCloseTo(10 * usual.gradient, 12);
  expect(usual.backends).toBe(1e-4);
});
