import { expect, test } from 'vitest';
import { foldsOf } from './folds.ts';
import { memberWeights, mixedScores } from './member-weights.ts';

test.each([
  [100, 5],
  [103, 5],
  [16, 2],
  [10_000, 1],
])(
  '%d rows in %d folds: each row is in one part of a fold, and left out once where there are several',
  (rows, count) => {
    const folds = foldsOf(rows, count, 7);
    const left = new Map<number, number>();
    for (const { train, stop, weigh } of folds) {
      const all = [...train, ...stop, ...weigh].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: rows }, (_, i) => i));
      expect(weigh.length).toBeGreaterThan(0);
      for (const row of [...stop, ...weigh]) left.set(row, (left.get(row) ?? 0) + 1);
    }
    if (count > 1) expect([...left.values()].every((times) => times === 1) && left.size === rows).toBe(true);
  },
);

const logs = [Float64Array.of(-1, -1, -9, -9), Float64Array.of(-9, -9, -1, -9), Float64Array.of(-20, -20, -20, -20)];

test('weights go to what makes rows likely, add up to 1 and keep to their floors', () => {
  const weights = memberWeights(logs, [0, 0, 0.01]);
  expect(weights.reduce((sum, own) => sum + own, 0)).toBeCloseTo(1, 9);
  expect(weights[0]).toBeGreaterThan(weights[1] as number);
  expect(weights[2]).toBeGreaterThanOrEqual(0.0099);
  const mean = (own: Float64Array) => mixedScores(logs, own).reduce((sum, log) => sum + log, 0);
  expect(mean(weights)).toBeGreaterThan(mean(Float64Array.of(1 / 3, 1 / 3, 1 / 3)));
  for (const [row, score] of mixedScores(logs, weights).entries()) {
    const exact = Math.log(
      logs.reduce((sum, log, k) => sum + (weights[k] as number) * Math.exp(log[row] as number), 0),
    );
    expect(score).toBeCloseTo(exact, 9);
  }
});
