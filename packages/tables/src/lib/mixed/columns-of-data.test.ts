import { expect, test } from 'vitest';
import { atomsAmong } from './atoms-among.ts';
import { type ColumnFacts, mixedColumnsOf } from './columns-of-data.ts';
import { periodsOf } from './periods.ts';

const found = (facts: Omit<ColumnFacts, 'name'>, values: readonly number[]) => {
  const [column] = mixedColumnsOf([{ name: 'x', ...facts }], {
    values: Float32Array.from(values),
    count: values.length,
  });
  if (!column) throw new Error('no column');
  return column;
};
const numbers = Array.from({ length: 60 }, (_, i) => 1 + i * 1.37);

test('bounds are those that the rows show, or that were said', () => {
  expect(found({ kind: 'real', reason: 'found' }, numbers)).toMatchObject({ low: 0, high: null, beyond: 0.5 / 62 });
  expect(found({ kind: 'real', reason: 'found' }, [...numbers, -1])).toMatchObject({ low: null, beyond: 0 });
  expect(found({ kind: 'real' }, numbers)).toMatchObject({ low: null, beyond: 0 });
  expect(
    found(
      { kind: 'real', reason: 'found' },
      numbers.map((x) => x / 100),
    ),
  ).toMatchObject({ low: 0, high: 1 });
  expect(
    found(
      { kind: 'integer', step: 1 },
      Array.from({ length: 101 }, (_, i) => i),
    ),
  ).toMatchObject({ low: -0.5, high: 100.5 });
});

test('categories and numbers that come often are those of the rows', () => {
  expect(found({ kind: 'category', categories: ['a', 'b', 'c', 'd'] }, [0, 2, 2, 0]).atoms).toEqual([0, 2]);
  expect(found({ kind: 'positive', reason: 'found' }, [...numbers, ...Array(30).fill(7)]).atoms).toEqual([7]);
  expect(found({ kind: 'positive', reason: 'found' }, [...numbers, ...Array(3).fill(7)]).atoms).toEqual([]);
  expect(found({ kind: 'zero-inflated' }, [...numbers, 0, 0]).atoms).toEqual([0]);
  expect(atomsAmong(Float64Array.from([...Array(50).fill(1), ...Array(50).fill(2)]))).toEqual([]);
});

test('dates have the periods that were said, or that they have seen several times', () => {
  const days = (count: number, step = 1) => Float64Array.from({ length: count }, (_, i) => 15_000 + i * step);
  expect(periodsOf(undefined, days(1000), 86_400)).toEqual([7, 365.2425]);
  expect(periodsOf(undefined, days(60), 86_400)).toEqual([7]);
  // Always the same day of the week.
  expect(periodsOf(undefined, days(300, 7), 86_400)).toEqual([365.2425]);
  expect(periodsOf(['yearly'], days(10), 86_400)).toEqual([365.2425]);
  expect(periodsOf([], days(1000), 86_400)).toEqual([]);
  expect(periodsOf(undefined, days(500, 3600), 1)).toEqual([86_400]);
});
