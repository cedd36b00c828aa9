import { flow, randomSource } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, test } from 'vitest';
import type { TableFitted } from '../mix-members.ts';
import { conditionals, isMixedModel } from './conditionals.ts';
import { mixedTable } from './mixed-table.ts';

const source = randomSource(7);
/** A group, a number about its place, and a count that follows the number. */
const draw = () => {
  const group = source.integer(3);
  const place = 6 * group + source.normal();
  return [group, place, Math.round(20 + 2 * place + source.normal())];
};
const columns = [
  { name: 'group', kind: 'category', categories: ['a', 'b', 'c'] },
  { name: 'place', kind: 'real' },
  { name: 'count', kind: 'integer', step: 1 },
];
const values = Float32Array.from(Array.from({ length: 240 }, draw).flat());
let fitted: TableFitted;

beforeAll(async () => {
  await useWasm();
  fitted = await mixedTable({ values, count: 240, columns }, { effort: 'fast', seed: 1 });
});

const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

test('leaving a column open is summing or integrating over it', () => {
  const { logProb } = conditionals(fitted.model, fitted.params);
  const p = (...row: readonly number[]) => Math.exp(logProb(row)[0] as number);
  const groups = [0, 1, 2, 3, 2 ** 100].reduce((sum, group) => sum + p(group, 6.5, 33), 0);
  expect(groups / p(Number.NaN, 6.5, 33)).toBeCloseTo(1, 6);
  let integral = 0;
  for (let x = -30; x < 40; x += 0.05) integral += 0.05 * p(1, x, 33);
  // The count is conditioned on the middle of its cell, the place is not: the two differ by what lies in a cell.
  expect(Math.abs((integral + p(1, 2 ** 100, 33)) / p(1, Number.NaN, 33) - 1)).toBeLessThan(0.05);
  expect(p(Number.NaN, Number.NaN, Number.NaN)).toBeCloseTo(1, 6);
});

test('open cells are drawn given the others, and none comes out missing where that is not wanted', () => {
  const { fill } = conditionals(fitted.model, fitted.params);
  const rows = Array.from({ length: 400 }, () => [2, Number.NaN, Number.NaN]).flat();
  const filled = fill(rows, { seed: 1, canBeMissing: false });
  const [places, counts] = [1, 2].map((i) =>
    Array.from({ length: 400 }, (_, row) => filled[row * 3 + i] as number),
  ) as [number[], number[]];
  expect(Math.abs(mean(places) - 12)).toBeLessThan(0.4);
  expect(Math.abs(mean(counts) - 44)).toBeLessThan(1);
  expect(counts.every(Number.isInteger)).toBe(true);
  const residuals = counts.map((count, row) => count - 20 - 2 * (places[row] as number));
  expect(Math.sqrt(mean(residuals.map((one) => one * one)))).toBeLessThan(1.7);
  expect(fill(rows, { seed: 1 })).toEqual(fill(rows, { seed: 1 }));
});

test('a column that does not go with the others has the largest gain', () => {
  const { columnGains } = conditionals(fitted.model, fitted.params);
  const planted = Array.from({ length: 40 }, (_, row) => {
    const whole = draw();
    const wrong = row % 3;
    whole[wrong] = wrong === 0 ? ((whole[0] as number) + 1) % 3 : (whole[wrong] as number) + (wrong === 1 ? 7 : 15);
    return whole;
  });
  const gains = columnGains(planted.flat(), { seed: 1, draws: 8 });
  const blamed = planted.map((_, row) => {
    const own = [...gains.subarray(row * 3, row * 3 + 3)];
    return own.indexOf(Math.max(...own));
  });
  expect(blamed.filter((column, row) => column === row % 3).length).toBeGreaterThanOrEqual(36);
});

test('a value that is missing has no gain', () => {
  const { columnGains } = conditionals(fitted.model, fitted.params);
  const gains = columnGains([1, 6, 2 ** 100, 1, 6, 32], { seed: 1, draws: 4 });
  expect(gains[2]).toBe(0);
  expect(gains[5]).not.toBe(0);
});

test('other densities have none', () => {
  const other = flow({ eventShape: [2], layers: [] });
  expect(isMixedModel(other)).toBe(false);
  expect(isMixedModel(fitted.model)).toBe(true);
  expect(() => conditionals(other, other.init(1))).toThrow('only a density of mixed rows');
});
