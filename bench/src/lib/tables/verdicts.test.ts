import { expect, test } from 'vitest';
import type { Beside, TableResult } from './measure-tables.ts';
import { verdicts } from './verdicts.ts';

const beside = (name: string, mean: number, more: Partial<Beside> = {}): Beside => ({
  ...{ name, nll: 1, setting: '', seconds: 1, clipped: { mean, standardError: 0.1 }, mean },
  ...{ worse: mean < -0.2, leastDifference: -3 },
  ...more,
});
const table = (name: string, others: readonly Beside[], more: Partial<TableResult> = {}): TableResult => ({
  ...{ table: name, rows: 500, columns: 3, nll: 1, standardError: 0.1, median: 1, seconds: 20, cpuSeconds: 20 },
  ...{ seeds: [1], members: [], beside: others, isStale: false },
  coverage: [{ level: 0.5, covered: 0.5, interval: [0.3, 0.7], held: true }],
  ...more,
});
const met = (tables: readonly TableResult[], effort: 'fast' | 'standard' = 'standard') =>
  verdicts({ tables, effort }).map((own) => [own.wanted, own.met, own.reached]);

test('all that is wanted is met by one that is ahead everywhere', () => {
  const found = met([table('a', [beside('Gaussian', 1), beside('mixture', 0.5)])]);
  expect(found.map(([, held]) => held)).toEqual(found.map(() => true));
  expect(found).toHaveLength(7);
});

test('a table that is worse, one that is not better, a row far below, a region and a time are named', () => {
  const far = beside('Gaussian', -0.1, { leastDifference: -11 });
  const found = met([
    table('a', [beside('Gaussian', 1), beside('mixture', -0.5)], { seconds: 61, cpuSeconds: 62 }),
    table('b', [far], { coverage: [{ level: 0.5, covered: 0.9, interval: [0.3, 0.7], held: false }] }),
  ]);
  expect(found).toEqual([
    ['Gaussian: worse on at most 0 of 2', true, '0'],
    ['Gaussian: better on at least 2 of 2', false, '1, clearly on 1 (not on b)'],
    ['mixture: worse on at most 0 of 1', false, '1 (a)'],
    ['mixture: better on at least 1 of 1', false, '0, clearly on 0 (not on a)'],
    ['no test row more than 10 nats below the Gaussian', false, '11.0 nats'],
    ['the 50 % region covers as much, on at least 2 of 2', false, '1 (not on b)'],
    ['at most 60 s under 2000 rows, 120 s for others', false, '61 s at most (late: a)'],
  ]);
});

test('fast has ten seconds', () => {
  expect(met([table('a', [])], 'fast').at(-1)).toEqual(['at most 10 s', false, '20 s at most (late: a)']);
});

test('a busy machine is no reason to be late', () => {
  expect(met([table('a', [], { seconds: 90, cpuSeconds: 50 })]).at(-1)?.[1]).toBe(true);
});

test('a competitor that was not given its due is named', () => {
  const found = met([table('faithful', [beside('Gaussian', 1, { nll: 4.86 }), beside('mixture', 1, { nll: 4.75 })])]);
  expect(found.find(([wanted]) => String(wanted).includes('survey'))).toEqual([
    'no competitor more than 0.05 nats behind an earlier survey of the same rows',
    false,
    '1 of 2 (mixture on faithful by 0.10)',
  ]);
});
