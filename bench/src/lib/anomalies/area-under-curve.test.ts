import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { areaDifference, areaUnderCurve } from './area-under-curve.ts';

test('the area counts pairs in the right order, and equal ones half', () => {
  const odd = [true, true, false, false];
  expect(areaUnderCurve([1, 2, 3, 4], odd).area).toBe(1);
  expect(areaUnderCurve([3, 4, 1, 2], odd).area).toBe(0);
  expect(areaUnderCurve([1, 3, 3, 4], odd).area).toBe((4 - 0.5) / 4);
  expect([...areaUnderCurve([1, 3, 3, 4], odd).placements]).toEqual([1, 0.75, 0.75, 1]);
});

test('the error of a difference is what many samples of rows spread by', () => {
  const source = randomSource(1);
  const odd = Array.from({ length: 150 }, (_, i) => i < 50);
  const trial = () => {
    const hidden = odd.map((own) => (own ? -1 : 0) + source.normal());
    const noisy = (spread: number) =>
      areaUnderCurve(
        hidden.map((own) => own + spread * source.normal()),
        odd,
      );
    return areaDifference(noisy(0.3), noisy(1), odd);
  };
  const trials = Array.from({ length: 300 }, trial);
  const mean = trials.reduce((sum, own) => sum + own.mean, 0) / trials.length;
  const spread = Math.sqrt(trials.reduce((sum, own) => sum + (own.mean - mean) ** 2, 0) / (trials.length - 1));
  const told = trials.reduce((sum, { standardError }) => sum + standardError, 0) / trials.length;
  expect(mean).toBeGreaterThan(0.03);
  expect(Math.abs(told / spread - 1)).toBeLessThan(0.15);
});
