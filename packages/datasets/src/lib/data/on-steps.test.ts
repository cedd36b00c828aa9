import { expect, test } from 'vitest';
import { describeColumns } from './describe-columns.ts';
import { onSteps } from './on-steps.ts';

test('samples have the decimals of their columns, and whole numbers are whole', () => {
  const columns = [
    { step: 1, range: [0, 9] as const },
    { step: 0.1, range: [4.3, 7.9] as const },
    { step: 2, range: [1, 99] as const },
    {},
  ];
  const drawn = [-7e-7, 5.1499, 4.2, 0.123456, 8.6, 12.96, -0.9, 1e300];
  expect([...onSteps(Float64Array.from(drawn), columns)]).toEqual([0, 5.1, 5, 0.123456, 9, 13, -1, 1e300]);
});

test('numbers that are stored from an origin, in a unit, are rounded as what they stand for', () => {
  const [stored] = onSteps(Float64Array.of(0.26), [{ step: 0.5, range: [100, 200], origin: 100, unit: 10 }]);
  expect(100 + 10 * (stored as number)).toBe(102.5);
});

test('columns that are said to be rounded have a step, or are refused', () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => (i % 2 ? Math.sqrt(i) : 3 + ((i * 37) % 401) / 100));
  const dataset = { values, count: 100, eventShape: [2] };
  const kinds = { 1: 'rounded' } as const;
  expect(describeColumns(dataset)[0]).not.toHaveProperty('step');
  expect(describeColumns(dataset, { kinds })[0]).toMatchObject({ kind: 'rounded', step: 0.01 });
  expect(() => describeColumns(dataset, { kinds: { 2: 'rounded' } })).toThrow(/column .2. was said to be rounded/);
});
