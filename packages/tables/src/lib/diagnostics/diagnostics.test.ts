import { randomSource } from '@diffeo/core';
import { describe, expect, test } from 'vitest';
import type { TableRows } from '../table-rows.ts';
import { columnCalibration, conditionalCalibration } from './column-calibration.ts';
import { columnGains, type LogDensityOf } from './column-gains.ts';
import { coverage } from './coverage.ts';
import { energyTest } from './energy-test.ts';

/** Two columns of correlation 0.9, and a category that says the sign of the first. */
function rows(count: number, seed: number, widen = 1): TableRows {
  const source = randomSource(seed);
  const values = new Float32Array(count * 3);
  for (let row = 0; row < count; row++) {
    const a = source.normal();
    values.set([a, widen * (0.9 * a + Math.sqrt(0.19) * source.normal()), a > 0 ? 1 : 0], row * 3);
  }
  return { values, count, size: 3 };
}

/** Its log-density. */
const logDensityOf: LogDensityOf = async ({ values, count }) =>
  Array.from({ length: count }, (_, row) => {
    const [a = 0, b = 0, c = 0] = values.subarray(row * 3, row * 3 + 3);
    const sign = (a > 0 ? 1 : 0) === c ? Math.log(0.999) : Math.log(0.001);
    return sign - 0.5 * (a * a + (b - 0.9 * a) ** 2 / 0.19) - Math.log(2 * Math.PI * Math.sqrt(0.19));
  });

describe('coverage', () => {
  test('of rows that come from the model is as expected, and of others it is not', async () => {
    const drawn = await logDensityOf(rows(20_000, 1));
    const own = coverage(drawn, await logDensityOf(rows(1000, 2)));
    expect(own.map(({ level }) => level)).toEqual([0.5, 0.9, 0.99]);
    for (const { isExpected, share, level } of own) {
      expect(isExpected).toBe(true);
      expect(Math.abs(share - level)).toBeLessThan(0.05);
    }
    expect(coverage(drawn, await logDensityOf(rows(1000, 2, 1.5))).map(({ isExpected }) => isExpected)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('the expected range is the exact binomial one', () => {
    // Of 10 fair coins, 1 to 9 heads are inside 99 %: P(0) = 1/1024 < 0.5 %, P(0 or 1) = 11/1024 > 0.5 %.
    const [half] = coverage(
      [0, 1],
      Array.from({ length: 10 }, () => 0.7),
      [0.5],
    );
    expect(half).toMatchObject({ share: 0, expected: [0.1, 0.9], isExpected: false });
    expect(() => coverage([], [1])).toThrow(expect.objectContaining({ code: 'DATA' }));
  });

  test.each([
    // scipy.stats.binom.ppf([0.005, 0.995], rows, level)
    [21, 0.5, 5, 16],
    [200, 0.9, 168, 190],
    // So many chances are 0 in float64 that nothing may be lost by it.
    [5000, 0.99, 4931, 4967],
  ])('of %i rows at %d, %i to %i are expected', (count, level, least, most) => {
    const [found] = coverage([0], new Float64Array(count), [level]);
    expect(found?.expected).toEqual([least / count, most / count]);
  });
});

describe('conditionalCalibration', () => {
  const source = randomSource(8);
  const [count, each] = [300, 40];
  const contexts = Array.from({ length: count }, () => 3 * source.normal());
  const tableOf = (numbers: readonly number[]): TableRows => ({
    values: Float32Array.from(numbers),
    count: numbers.length,
    size: 1,
  });
  const own = tableOf(contexts.map((x) => x + source.normal()));
  const drawn = (deviation: number): TableRows =>
    tableOf(contexts.flatMap((x) => Array.from({ length: each }, () => x + deviation * source.normal())));

  test('is even where draws have the context of their row and are right, and finds them too wide by a half', () => {
    const [right] = conditionalCalibration(own, drawn(1));
    expect(right?.transforms).toHaveLength(count);
    expect(right?.pValue).toBeGreaterThan(0.01);
    expect(conditionalCalibration(own, drawn(1.5))[0]?.pValue).toBeLessThan(1e-3);
    // The margin of both is the same all but for a few parts in a hundred.
    expect(columnCalibration(own, drawn(1.5))[0]?.pValue).toBeGreaterThan(0.01);
  });

  test('leaves gaps out, and refuses draws that are not as many for each row', () => {
    const gaps = { ...own, values: own.values.map((value, i) => (i % 3 === 0 ? Number.NaN : value)) };
    expect(conditionalCalibration(gaps, drawn(1))[0]?.transforms).toHaveLength(200);
    expect(() => conditionalCalibration(own, tableOf([1, 2]))).toThrow(expect.objectContaining({ code: 'DATA' }));
  });
});

describe('columnCalibration', () => {
  test('is uniform for the right margins, of categories too, and finds the wrong one', () => {
    const samples = rows(5000, 3);
    for (const { pValue, transforms } of columnCalibration(rows(400, 4), samples)) {
      expect(pValue).toBeGreaterThan(0.01);
      expect(transforms).toHaveLength(400);
    }
    const [first, second, third] = columnCalibration(rows(400, 4, 1.5), samples);
    expect(second?.pValue).toBeLessThan(1e-3);
    expect(first?.pValue).toBeGreaterThan(0.01);
    expect(third?.pValue).toBeGreaterThan(0.01);
  });

  test('leaves gaps out', () => {
    const gaps = { values: Float32Array.of(Number.NaN, 1, 2, Number.NaN), count: 4, size: 1 };
    expect(columnCalibration(gaps, gaps)[0]?.transforms).toHaveLength(2);
  });
});

describe('energyTest', () => {
  test('p is even where both are of one distribution', () => {
    const pValues = Array.from(
      { length: 20 },
      (_, i) => energyTest(rows(40, i), rows(40, 100 + i), { categories: [2], permutations: 99 }).pValue,
    );
    expect(pValues.filter((p) => p <= 0.1).length).toBeLessThanOrEqual(6);
    expect(pValues.filter((p) => p > 0.5).length).toBeGreaterThanOrEqual(4);
  });

  test('finds dependence that is gone, and gaps that one table alone has', () => {
    const [a, b] = [rows(200, 1), rows(200, 2)];
    const broken = {
      ...b,
      values: b.values.map((value, i) => (i % 3 === 1 ? (b.values[(i + 300) % 600] as number) : value)),
    };
    expect(energyTest(a, broken).pValue).toBeLessThan(0.01);
    const gaps = { ...b, values: b.values.map((value, i) => (i % 6 === 0 ? Number.NaN : value)) };
    expect(energyTest(a, gaps).pValue).toBeLessThan(0.01);
  });
});

describe('columnGains', () => {
  test('is the gain of a draw from the conditional distribution', async () => {
    const row = { values: Float32Array.of(1, 2.5, 1), count: 1, size: 3 };
    const gains = await columnGains(logDensityOf, row, rows(3000, 5), { categories: [2] });
    // b given a is N(0.9, 0.19): the mean log-density of a draw is −1/2 in units of its square, against −(2.5 − 0.9)² / 0.38.
    expect(Math.abs((gains[1] as number) - (1.6 ** 2 / 0.38 - 0.5))).toBeLessThan(0.25);
    expect(Math.abs(gains[2] as number)).toBeLessThan(0.05);
  });

  test('finds the column that was planted, in 90 of 100 rows', async () => {
    const clean = rows(300, 6);
    const source = randomSource(7);
    const values = clean.values.slice();
    const planted = Array.from({ length: clean.count }, (_, row) => {
      const column = source.integer(3);
      const at = row * 3 + column;
      values[at] =
        column === 2 ? 1 - (values[at] as number) : (values[at] as number) + (source.uniform() < 0.5 ? 4 : -4);
      return column;
    });
    const gains = await columnGains(logDensityOf, { ...clean, values }, rows(3000, 5), { categories: [2] });
    const found = planted.filter((column, row) => {
      const own = gains.subarray(row * 3, row * 3 + 3);
      return own[column] === Math.max(...own);
    });
    expect(found.length).toBeGreaterThan(0.9 * clean.count);
  });

  test('a gap is nobody’s fault, and other columns are refused', async () => {
    const gap = { values: Float32Array.of(Number.NaN, 1), count: 1, size: 2 };
    const flat: LogDensityOf = async ({ count }) => new Float64Array(count);
    expect([...(await columnGains(flat, gap, { ...gap, values: Float32Array.of(1, 2) }))]).toEqual([0, 0]);
    await expect(columnGains(flat, gap, rows(2, 1))).rejects.toMatchObject({ code: 'SHAPE' });
  });
});
