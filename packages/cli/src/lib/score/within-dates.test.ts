import type { Column } from '@diffeo/datasets';
import { missingCell } from '@diffeo/tables';
import { expect, test } from 'vitest';
import { withinDates } from './within-dates.ts';

const day = 86_400;
/** Days 100 to 110 of 1970, stored from 100 on, and a number that may be anything. */
const columns: readonly Column[] = [
  { name: 'day', kind: 'date', origin: 100 * day, unit: day, range: [100 * day, 110 * day] },
  { name: 'x', kind: 'real', range: [0, 1] },
];

test('rows with a date before or after those of the data are drawn anew, whole; gaps and other columns stay', async () => {
  const drawn = Float64Array.of(-0.4, 7, 10.4, 8, 11, 9, missingCell, -5, -2, 6);
  const asked: [number, number][] = [];
  const rows = await withinDates(drawn, columns, (count, attempt) => {
    asked.push([count, attempt]);
    // The last row comes right at the second time.
    return Float64Array.from({ length: 2 * count }, (_, i) =>
      i % 2 === 1 ? 100 * attempt : i === 8 && attempt === 1 ? 99 : 5,
    );
  });
  expect([...rows]).toEqual([-0.4, 7, 10.4, 8, 5, 100, missingCell, -5, 5, 200]);
  expect(asked).toEqual([
    [5, 1],
    [5, 2],
  ]);
});

test('what was given stays, and what never comes right ends', async () => {
  const far = Float64Array.of(50, 1);
  expect([...(await withinDates(far, columns, () => [0, 0], new Set([0])))]).toEqual([50, 1]);
  let times = 0;
  const rows = await withinDates(far, columns, () => {
    times++;
    return [70, 2];
  });
  expect([...rows]).toEqual([70, 2]);
  expect(times).toBe(20);
});
