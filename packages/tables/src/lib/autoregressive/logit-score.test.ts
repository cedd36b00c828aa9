import { expect, test } from 'vitest';
import { logitScore, scoreOfLogit } from './logit-score.ts';

test('a score and its logit give each other, and the slope is that of the map, far out too', () => {
  for (const z of [-200, -40, -8, -1.3, -0.01, 0, 0.01, 2, 6, 29.9, 31, 1000]) {
    const { value, logSlope } = logitScore(z);
    expect(Math.abs(scoreOfLogit(value) - z), `${z}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(z)) ** 0.5);
    const step = 1e-3 * Math.max(1, Math.abs(z));
    const slope = (logitScore(z + step).value - logitScore(z - step).value) / (2 * step);
    expect(Math.abs(Math.exp(logSlope) / slope - 1), `${z}`).toBeLessThan(3e-3);
  }
  expect(logitScore(Number.POSITIVE_INFINITY).value).toBe(Number.POSITIVE_INFINITY);
});
