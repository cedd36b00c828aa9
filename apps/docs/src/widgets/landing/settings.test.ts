import { toyDensities } from '@diffeo/datasets';
import { expect, test } from 'vitest';
import { leastRows, sharedRows } from './packed-table.ts';
import { defaults, fromHash, type Settings, toHash } from './settings.ts';

const names = Object.keys(toyDensities);
const again = (settings: Settings) => fromHash(`#${toHash(settings)}`, names);

test('an empty address is the default, which is a density that there is', () => {
  expect(fromHash('', names)).toEqual(defaults);
  expect(names).toContain(defaults.data.kind === 'toy' && defaults.data.name);
});

test('an address brings back what was chosen', () => {
  const settings: Settings = {
    data: { kind: 'toy', name: 'pinwheel' },
    seed: 42,
    couplings: 8,
    learningRate: 0.01,
    steps: 1000,
  };
  expect(again(settings)).toEqual(settings);
});

test('a drawing comes back to a fortieth, and its address is then the same', () => {
  const points = [-3, 3, 0.5, -0.25, 2.9, 0.01];
  const found = again({ ...defaults, data: { kind: 'drawn', points } });
  if (found?.data.kind !== 'drawn') return expect.fail('no drawing');
  for (const [i, value] of found.data.points.entries())
    expect(Math.abs(value - (points[i] as number))).toBeLessThan(1 / 40);
  expect(toHash(found)).toBe(toHash({ ...defaults, data: { kind: 'drawn', points } }));
});

test.each([leastRows, sharedRows, 5 * sharedRows])(
  'a table of %d rows comes back to a ten-thousandth of its range',
  (rows) => {
    const values = Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 1e6 + i : Math.sin(i)));
    const found = again({ ...defaults, data: { kind: 'table', values, columns: ['a & b', 'größe'] } });
    if (found?.data.kind !== 'table') return expect.fail('no table');
    expect(found.data.columns).toEqual(['a & b', 'größe']);
    expect(found.data.values.length).toBe(2 * Math.min(rows, sharedRows));
    expect(Math.abs((found.data.values[0] as number) - 1e6)).toBeLessThan(2 * rows * 1e-4);
    expect(Math.abs((found.data.values[1] as number) - Math.sin(1))).toBeLessThan(2e-4);
  },
);

test.each([
  'data=nothing',
  'data=__proto__',
  'seed=-1',
  'seed=1.5',
  'seed=x',
  'couplings=1000000',
  'rate=NaN',
  'steps=7',
  'drawn=',
  'drawn=AAA',
  'drawn=%%%',
  'drawn=é',
  `table=${'A'.repeat(40)}`,
  'table=AAAA',
])('an address that nobody wrote is no settings: %s', (hash) => {
  expect(fromHash(hash, names)).toBeNull();
});
