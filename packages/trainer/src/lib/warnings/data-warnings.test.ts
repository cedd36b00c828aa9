import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { dataWarnings } from './data-warnings.ts';
import { outliers } from './outlier-warnings.ts';

const source = randomSource(1);
const rows = (count: number, row: (i: number) => readonly number[], columns?: readonly string[]) => {
  const all = Array.from({ length: count }, (_, i) => row(i));
  return { values: Float32Array.from(all.flat()), size: all[0]?.length ?? 0, ...(columns && { columns }) };
};
const codes = (given: Parameters<typeof dataWarnings>[0]) => dataWarnings(given).map(({ code }) => code);

test('numbers that have a density are nothing to speak of, rounded as they usually are', () => {
  expect(codes(rows(500, () => [source.normal(), 1e6 * source.normal(), Math.exp(source.normal())]))).toEqual([]);
  // Millimetres of 342 penguins' flippers, tenths of a degree of a year's days.
  expect(codes(rows(342, () => [Math.round(200 + 14 * source.normal()), source.normal()]))).toEqual([]);
  expect(codes(rows(365, () => [Math.round(100 + 80 * source.normal()) / 10]))).toEqual([]);
  expect(codes(rows(3, () => [1, 2]))).toEqual([]);
});

test.each<[string, number, (i: number) => number]>([
  ['a coin', 28, (i) => i % 2],
  ['a flag that is seldom up', 400, (i) => (i % 50 === 0 ? 1 : 0)],
  ['a class', 150, (i) => i % 3],
  ['counts', 9600, () => Math.floor(3 * Math.exp(0.8 * source.normal()))],
  ['a rounded measurement', 4000, () => Math.round(20 * source.normal())],
  ['a third of zeros', 600, (i) => (i % 3 === 0 ? 0 : source.normal())],
])('%s has no density, and is named', (_, count, value) => {
  const given = rows(count, (i) => [source.normal(), value(i)], ['height', 'what is tied']);
  const [warning] = dataWarnings(given);
  expect(warning).toMatchObject({ code: 'FEW_VALUES', columns: [1] });
  expect(warning?.message).toContain("column 'what is tied' (");
});

test('a message about many columns is no longer than a few lines', () => {
  const wide = rows(100, (i) => Array.from({ length: 500 }, () => i % 2));
  const [warning] = dataWarnings(wide);
  expect(warning?.columns).toHaveLength(500);
  expect(warning?.message.length).toBeLessThan(700);
});

test('rows that come again are counted', () => {
  const distinct = Array.from({ length: 30 }, () => [source.normal(), source.normal()]);
  const [warning] = dataWarnings(rows(600, (i) => distinct[i % 30] as number[])).filter(
    ({ code }) => code === 'REPEATED_ROWS',
  );
  expect(warning?.message).toContain('100 % of the rows are the same as another: 30 different ones among 600');
});

test('an outlier that squeezes the rest is named with row and column; heavy tails are none', () => {
  const far = (value: number) => rows(2000, (i) => [source.normal(), i === 700 ? value : source.normal()], ['a', 'b']);
  const [warning] = dataWarnings(far(1e6));
  expect(warning).toMatchObject({ code: 'OUTLIER', columns: [1], rows: [700] });
  expect(warning?.message).toContain("column 'b' (row 701 has 1000000");
  expect(outliers(far(-1e9))).toHaveLength(1);
  expect(codes(far(1e3))).toEqual([]);
  expect(codes(rows(1000, () => [Math.exp(1.5 * source.normal())]))).toEqual([]);
});
