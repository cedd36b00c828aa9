import { expect, test } from 'vitest';
import { tableSample } from './split-rows.ts';

const rows = (limit?: number, heldOut?: number) => tableSample({ seed: 1, limit, heldOut }).rows;

test('of a large table as many rows are held as are trained on and held out', () => {
  expect(rows()).toBeUndefined();
  expect(rows(1000, 100)).toBeUndefined();
  expect(rows(undefined, 1000)).toBeUndefined();
  expect(rows(1_000_000)).toBe(2_500_000);
  // A sample may have half of these, of which half are held out.
  expect(rows(undefined, 600_000)).toBe(3_000_000);
});
