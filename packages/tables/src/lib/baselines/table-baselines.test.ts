import { randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import type { TableRows } from '../table-rows.ts';
import { tableBaselines } from './table-baselines.ts';

beforeAll(() => useWasm());

/** Two clouds of normal points, in units of ten and of a tenth. */
function clouds(count: number, seed: number): TableRows {
  const source = randomSource(seed);
  const values = Float32Array.from({ length: count }, () => (source.uniform() < 0.5 ? -3 : 3)).reduce<number[]>(
    (all, middle) => {
      all.push(10 * (middle + source.normal()), 0.1 * (middle + source.normal()));
      return all;
    },
    [],
  );
  return { values: Float32Array.from(values), count, size: 2 };
}

test('each is a density, and the mixture and the kernels find the clouds', async () => {
  const [gaussian, mixture, kernels] = await tableBaselines(clouds(600, 1), clouds(400, 2), { seed: 3 });
  const nll = (scores: ArrayLike<number> = []): number =>
    -Array.from(scores).reduce((sum, score) => sum + score, 0) / 400;
  // The truth: log 2 for the cloud, and a normal of two columns of which the units multiply to 1.
  const entropy = Math.log(2) + Math.log(2 * Math.PI * Math.E);
  expect(mixture).toMatchObject({ name: 'Gaussian mixture', setting: expect.stringMatching(/^of [2-4]/) });
  expect(nll(mixture?.scores) - entropy).toBeLessThan(0.1);
  expect(nll(kernels?.scores) - entropy).toBeLessThan(0.25);
  expect(nll(kernels?.scores) - entropy).toBeGreaterThan(-0.1);
  expect(nll(gaussian?.scores) - entropy).toBeGreaterThan(0.4);
});

test.each([
  [
    'gaps',
    { values: Float32Array.from({ length: 40 }, (_, i) => (i === 3 ? Number.NaN : i)), count: 20, size: 2 },
    'NOT_FINITE',
  ],
  ['too few rows', clouds(8, 1), 'DATA'],
])('refuses %s', async (_, rows, code) => {
  await expect(tableBaselines(rows, clouds(4, 2))).rejects.toMatchObject({ code });
});
