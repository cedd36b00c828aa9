import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { compareScores } from './compare-scores.ts';

const noise = (count: number, seed: number, shift = 0): Float64Array => {
  const source = randomSource(seed);
  return Float64Array.from({ length: count }, () => shift + source.normal());
};
const behind = (baseline: Float64Array, by: number, seed = 2): Float64Array =>
  noise(baseline.length, seed, -by).map((value, i) => value + (baseline[i] as number));

test('behind by more than twice the error of the differences is worse, and by less is not', () => {
  const baseline = noise(400, 1, -5);
  expect(compareScores(behind(baseline, 0.3), baseline).worse).toBe(true);
  expect(compareScores(behind(baseline, 0.02), baseline).worse).toBe(false);
  const ahead = compareScores(behind(baseline, -0.3), baseline);
  expect(ahead.worse).toBe(false);
  expect(ahead.mean).toBeGreaterThan(0.1);
  expect(ahead.count).toBe(400);
});

test('a row that explodes makes it worse, though it inflates the error', () => {
  const baseline = noise(400, 1, -5);
  const scores = behind(baseline, -0.5);
  expect(compareScores(scores, baseline).worse).toBe(false);
  scores[7] = -1e6;
  const { mean, clipped, worse } = compareScores(scores, baseline);
  expect(mean).toBeLessThan(-1000);
  expect(clipped.mean).toBeGreaterThan(0.3);
  expect(worse).toBe(true);
  scores[7] = -Infinity;
  expect(compareScores(scores, baseline)).toMatchObject({ mean: -Infinity, worse: true });
});

test('rows that explode for the baseline count for ten nats in the clipped mean', () => {
  const baseline = noise(100, 1, -5);
  const scores = behind(baseline, 0.5);
  baseline[3] = -1e6;
  const { mean, clipped, worse } = compareScores(scores, baseline);
  expect(mean).toBeGreaterThan(1000);
  expect(clipped.mean).toBeLessThan(-0.2);
  expect(worse).toBe(true);
});

test('what float32 rounds off is no difference', () => {
  const scores = Float32Array.from(noise(50, 3, -40));
  expect(
    compareScores(
      scores.map((value) => value - 3e-6),
      scores,
    ).worse,
  ).toBe(false);
  expect(compareScores(scores, scores)).toMatchObject({ mean: 0, worse: false });
});

test('one row can only be worse by more than a nat, and rows impossible for both do not count', () => {
  expect(compareScores([-2], [-1.5]).worse).toBe(false);
  expect(compareScores([-3], [-1.5]).worse).toBe(true);
  expect(compareScores([-Infinity, -1, -1], [-Infinity, -1, -2]).mean).toBeCloseTo(1 / 3);
});

test.each([
  [[1, 2], [1], 'SHAPE', /2 scores and 1/],
  [[], [], 'DATA', /no rows/],
  [[1, Number.NaN], [1, 2], 'NOT_FINITE', /row 1 of scores is NaN/],
  [[1, 2], [Number.NaN, 2], 'NOT_FINITE', /row 0 of baseline is NaN/],
])('%j against %j is refused', (scores, baseline, code, message) => {
  expect(() => compareScores(scores, baseline)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
