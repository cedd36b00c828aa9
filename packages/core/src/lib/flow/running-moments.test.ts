import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runningMoments } from './running-moments.ts';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const table = fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 40 });

/** By the textbook, in two passes over all rows. */
function reference(rows: readonly (readonly number[])[]) {
  const count = rows.length;
  const mean = [0, 1, 2].map((j) => rows.reduce((sum, row) => sum + (row[j] as number), 0) / count);
  const covariance = (i: number, j: number): number =>
    rows.reduce(
      (sum, row) => sum + ((row[i] as number) - (mean[i] as number)) * ((row[j] as number) - (mean[j] as number)),
      0,
    ) / count;
  return { mean, covariance };
}

test('chunks of any sizes give the moments of all rows', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 7 }), (rows, size) => {
      const moments = runningMoments(3, { correlated: true });
      for (let at = 0; at < rows.length; at += size) moments.add(rows.slice(at, at + size).flat());
      const { mean, covariance } = reference(rows);
      const [deviation, correlations] = [moments.deviation(), moments.correlations()];
      expect(moments.count).toBe(rows.length);
      for (let i = 0; i < 3; i++) {
        expect(Math.abs((moments.mean()[i] as number) - (mean[i] as number))).toBeLessThan(1e-6);
        expect(Math.abs((deviation[i] as number) ** 2 - covariance(i, i))).toBeLessThan(1e-9 * 1e12);
        for (let j = 0; j < i; j++) {
          const product = (correlations[3 * i + j] as number) * (deviation[i] as number) * (deviation[j] as number);
          expect(Math.abs(product - covariance(i, j))).toBeLessThan(1e-9 * 1e12);
        }
      }
    }),
  );
});

test('a small spread around a large mean is kept, over many chunks', () => {
  const moments = runningMoments(1);
  for (let chunk = 0; chunk < 1000; chunk++) moments.add([1e9 - 1, 1e9, 1e9 + 1]);
  expect(moments.mean()[0]).toBe(1e9);
  expect(moments.deviation()[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
});

test('a column that never changes has its number for mean and no deviation', () => {
  const moments = runningMoments(2, { correlated: true });
  for (let chunk = 0; chunk < 3; chunk++) moments.add([0.1, 1, 0.1, 2, 0.1, 4]);
  expect(moments.mean()[0]).toBe(0.1);
  expect(moments.mean()[1]).toBeCloseTo(7 / 3, 14);
  expect(moments.deviation()[0]).toBe(0);
  expect([...moments.correlations()]).toEqual([1, 0, 0, 1]);
});
