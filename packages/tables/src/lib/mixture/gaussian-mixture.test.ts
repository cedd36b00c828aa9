import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { randomSource } from '@diffeo/core';
import { testDistribution } from '@diffeo/testing/vitest';
import { describe, expect, test } from 'vitest';
import { fitGaussianMixture, meanLogDensity } from './fit-gaussian-mixture.ts';
import { gaussianMixture } from './gaussian-mixture.ts';

testDistribution(gaussianMixture({ components: 3 }));

const source = randomSource(1);
const rowsOf = (count: number, draw: (i: number) => readonly number[]) => {
  const rows = Array.from({ length: count }, (_, i) => draw(i));
  return { values: Float64Array.from(rows.flat()), count, size: rows[0]?.length ?? 0 };
};
/** Two groups, in one of which the second number follows the first. */
const grouped = () => {
  const [a, b] = [source.normal(), source.normal()];
  return source.uniform() < 0.3 ? [-4 + a, 2 + b] : [4 + a, 0.9 * a + 0.1 * b];
};
const trueEntropy = Math.log(2 * Math.PI * Math.E) + 0.7 * Math.log(0.1) - 0.3 * Math.log(0.3) - 0.7 * Math.log(0.7);

describe('fitting a Gaussian mixture', () => {
  test('two groups with covariances of their own are known to 0.03 nats, each with its weight', () => {
    const found = fitGaussianMixture(rowsOf(3000, grouped), { components: 2, seed: 1 });
    expect(-meanLogDensity(rowsOf(6000, grouped), found) - trueEntropy).toBeLessThan(0.03);
    const weights = [...found.logWeights.map(Math.exp)].sort();
    expect(weights[0]).toBeCloseTo(0.3, 1);
  });

  test('few rows in many columns, and the same row again and again, give Gaussians of some width', () => {
    const few = rowsOf(12, () => Array.from({ length: 10 }, () => source.normal()));
    const same = rowsOf(40, (i) => [i % 2, 1, 1]);
    for (const rows of [few, same]) {
      const found = fitGaussianMixture(rows, { components: 2, seed: 1 });
      for (const numbers of [found.means, found.whitening, found.logWeights]) {
        expect(numbers.every(Number.isFinite)).toBe(true);
      }
      expect(Number.isFinite(meanLogDensity(rows, found))).toBe(true);
    }
  });

  test('more rounds are never less likely', () => {
    const rows = rowsOf(400, grouped);
    const likelihoods = [1, 5, 60].map((rounds) =>
      meanLogDensity(rows, fitGaussianMixture(rows, { components: 4, seed: 3, rounds })),
    );
    expect([...likelihoods].sort((a, b) => a - b)).toEqual(likelihoods);
  });
});
