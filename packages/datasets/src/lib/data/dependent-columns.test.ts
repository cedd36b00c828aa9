import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { checkIndependent } from './check-rows.ts';
import { datasetFrom } from './dataset.ts';
import { dependentColumns } from './dependent-columns.ts';

/** Rows of some independent columns, and of what is made of them. */
function rows(count: number, derive: (...of: number[]) => number[], columns?: string[]) {
  const source = randomSource(3);
  const numbers = Array.from({ length: count }, () => {
    const [a, b, c] = [source.normal(), 100 + 5 * source.normal(), 1e-3 * source.uniform()] as const;
    return derive(a, b, c);
  });
  const size = numbers[0]?.length ?? 0;
  return datasetFrom(numbers.flat(), { eventShape: [size], ...(columns && { columns }) });
}

test('every column that a linear function of others gives is named, with those others', () => {
  const dependent = rows(200, (a = 0, b = 0, c = 0) => [a, b, a + b, c, 3 - 2 * c, 7 * a]);
  expect(dependentColumns(dependent)).toEqual([
    { column: 2, of: [0, 1] },
    { column: 4, of: [3] },
    { column: 5, of: [0] },
  ]);
});

test('columns that nearly are functions of others are none', () => {
  expect(dependentColumns(rows(500, (a = 0, b = 0, c = 0) => [a, b, a + b + 1e-3 * a ** 2, c]))).toEqual([]);
  expect(dependentColumns(rows(500, (a = 0, b = 0, c = 0) => [1e6 * a, 1e-6 * b, c ** 2, c]))).toEqual([]);
});

test('the refusal has the names, the numbers in the file, and what to leave out', () => {
  const names = ['a', 'b', 'sum, all', 'c', 'less', 'times'];
  const dependent = rows(200, (a = 0, b = 0, c = 0) => [a, b, a + b, c, 3 - 2 * c, 7 * a], names);
  const placed = dependent.columns?.map((column, i) => ({ ...column, place: i + 2 })) ?? [];
  expect(() => checkIndependent({ ...dependent, columns: placed })).toThrow(
    expect.objectContaining({
      code: 'DEPENDENT_COLUMN',
      message: expect.stringMatching(/'sum, all' of 'a', 'b'; 'less' of 'c'; 'times' of 'a'/),
      cause: expect.objectContaining({ advice: [{ exclude: [4, 'less', 'times'] }] }),
    }),
  );
});

test('what depends in the first rows alone is none', () => {
  const size = 200;
  const source = randomSource(5);
  const numbers = Array.from({ length: 60_000 * 2 }, () => source.normal());
  const twice = numbers.flatMap((value, i) => (i % 2 ? [value, i < 110_000 ? 2 * value : -value] : [value]));
  expect(size).toBe(200);
  expect(dependentColumns(datasetFrom(twice, { eventShape: [3] }))).toEqual([]);
});
