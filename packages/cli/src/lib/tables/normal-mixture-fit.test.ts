import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { type FittedMixture, fitNormalMixture } from './normal-mixture-fit.ts';

const source = randomSource(1);
const numbers = (count: number, value: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i));

/** The mean negative log-likelihood. */
function nll({ means, scales, weights }: FittedMixture, values: readonly number[]): number {
  const density = (x: number): number =>
    means.reduce((sum, mean, k) => {
      const scale = scales[k] as number;
      return (
        sum + ((weights[k] as number) * Math.exp(-0.5 * ((x - mean) / scale) ** 2)) / (scale * Math.sqrt(2 * Math.PI))
      );
    }, 0);
  return -values.reduce((sum, x) => sum + Math.log(density(x)), 0) / values.length;
}

test('two groups are two components, and their density is within 0.02 nats of the truth', () => {
  const draw = () => (source.uniform() < 0.5 ? -5 : 5) + 0.3 * source.normal();
  const found = fitNormalMixture(numbers(1000, draw));
  expect(found.means.toSorted((a, b) => a - b).map(Math.round)).toEqual([-5, 5]);
  // The entropy of a normal of deviation 0.3, and log 2 for the choice of the group.
  const entropy = 0.5 * Math.log(2 * Math.PI * Math.E * 0.09) + Math.LN2;
  expect(nll(found, numbers(4000, draw))).toBeLessThan(entropy + 0.05);
});

test('a normal is one component, its own mean and deviation', () => {
  const values = numbers(2000, () => 7 + 3 * source.normal());
  const { means, scales, weights } = fitNormalMixture(values);
  expect(weights).toHaveLength(1);
  expect(means[0]).toBeCloseTo(7, 0);
  expect(scales[0]).toBeCloseTo(3, 0);
});

test('a skewed column is far nearer than its Gaussian', () => {
  const draw = () => Math.exp(source.normal());
  const [values, others] = [numbers(2000, draw), numbers(2000, draw)];
  const mean = values.reduce((a, b) => a + b) / 2000;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 2000);
  const gaussian = { means: [mean], scales: [deviation], weights: [1] };
  expect(nll(fitNormalMixture(values), others)).toBeLessThan(nll(gaussian, others) - 0.5);
});

test('few numbers, and the same number again and again, give finite components of some width', () => {
  for (const values of [[1, 2], [5, 5, 5, 5], numbers(100, (i) => i % 2), [0, 0, 0, 0, 0, 0, 0, 0, 1e9]]) {
    const { means, scales, weights } = fitNormalMixture(values);
    for (const value of [...means, ...scales, ...weights]) expect(Number.isFinite(value)).toBe(true);
    for (const scale of scales) expect(scale).toBeGreaterThan(0);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  }
});
