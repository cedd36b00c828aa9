import { expect, test } from 'vitest';
import { datasetFrom } from './dataset.ts';
import { takeColumns } from './take-columns.ts';

const rows = datasetFrom([1, 2, 3, 4, 5, 6], { eventShape: [3], columns: ['a', 'b', 'c'] });

test('columns are taken in the order that is asked for, with their names and type of numbers', () => {
  const taken = takeColumns({ ...rows, values: Float64Array.from(rows.values) }, [2, 0]);
  expect(taken.values).toEqual(Float64Array.of(3, 1, 6, 4));
  expect(taken).toMatchObject({ count: 2, eventShape: [2], columns: [{ name: 'c' }, { name: 'a' }] });
});

test.each([3, -1, 0.5])('column %s, which there is not, is refused', (place) => {
  expect(() => takeColumns(rows, [0, place])).toThrow(
    `Column ${place} was asked for; the columns are numbered 0 to 2.`,
  );
});
