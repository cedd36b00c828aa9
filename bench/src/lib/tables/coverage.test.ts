import { flow, randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import { coverageOf } from './coverage.ts';

beforeAll(() => useWasm());

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
