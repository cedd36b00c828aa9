import { randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { mixedBaselines } from './mixed-baselines.ts';

beforeAll(() => useWasm());

const columns = [
  { name: 'kind', kind: 'category', categories: ['a', 'b'] },
  { name: 'x', kind: 'real' },
];

/** A kind, and a number that lies elsewhere for each; now and then it is missing. */
function rows(count: number, seed: number) {
  const source = randomSource(seed);
  const values = Float32Array.from(
    Array.from({ length: count }, () => {
      const kind = source.integer(2);
      return [kind, source.uniform() < 0.05 ? Number.NaN : 8 * kind + source.normal()];
    }).flat(),
  );
  return { values, count, columns };
}
const mean = (scores: Float64Array): number => scores.reduce((sum, one) => sum + one, 0) / scores.length;

test('baselines of a mixed table are its columns each by itself, and a Gaussian for each cell', async () => {
  const [independent, cells] = await mixedBaselines(rows(400, 1), rows(200, 2));
  expect([independent?.name, cells?.name]).toEqual(['independent columns', 'Gaussian for each cell']);
  // Known of the truth: log 2 for the kind, the entropy of a normal for the number, and whether it is missing.
  const truth =
    -Math.log(2) - 0.95 * 0.5 * Math.log(2 * Math.PI * Math.E) + 0.95 * Math.log(0.95) + 0.05 * Math.log(0.05);
  expect(Math.abs(mean(cells?.scores as Float64Array) - truth)).toBeLessThan(0.2);
  // By itself the number does not tell the kind, and the other way round: log 2 is lost.
  const lost = mean(cells?.scores as Float64Array) - mean(independent?.scores as Float64Array);
  expect(lost).toBeGreaterThan(0.4);
  expect(lost).toBeLessThan(1);
});

test('too few rows are refused', async () => {
  await expect(mixedBaselines(rows(10, 1), rows(10, 2))).rejects.toMatchObject({ code: 'DATA' });
  await expect(mixedBaselines(rows(40, 1), { values: new Float32Array(3), count: 3 })).rejects.toMatchObject({
    code: 'DATA',
  });
});
