import { flow, randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { binomialInterval, coverageOf } from './coverage.ts';

beforeAll(() => useWasm());

test('the interval is that of the binomial distribution', () => {
  // scipy.stats.binom.ppf([0.005, 0.995], 21, 0.5) / 21 and (…, 200, 0.9) / 200
  expect(binomialInterval(21, 0.5)).toEqual([5 / 21, 16 / 21]);
  expect(binomialInterval(200, 0.9)).toEqual([168 / 200, 190 / 200]);
  // So many chances are 0 in float64 that nothing may be lost by it.
  const [low, high] = binomialInterval(5000, 0.99);
  expect(low).toBeGreaterThan(0.985);
  expect(high).toBeLessThan(0.995);
});

test('rows of the model are covered as often as its samples, and those of a wider one are not', async () => {
  const model = flow({ eventShape: [2], layers: [] });
  const source = randomSource(1);
  const scoresOf = (scale: number) =>
    Array.from({ length: 500 }, () => {
      const [a, b] = [scale * source.normal(), scale * source.normal()];
      return -Math.log(2 * Math.PI) - (a * a + b * b) / 2;
    });
  const held = async (scale: number) =>
    (await coverageOf(model, model.init(1), scoresOf(scale), 1)).map((own) => own.held);
  expect(await held(1)).toEqual([true, true, true]);
  expect(await held(1.5)).toEqual([false, false, false]);
});
