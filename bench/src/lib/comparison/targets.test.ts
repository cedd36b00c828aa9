import { expect, test } from 'vitest';
import { resultsOf, type Target } from './targets.ts';

const row = (model: string, competitor: string, median: number) => ({
  ...{ model, competitor, mode: 'training' as const },
  millisecondsPerStep: { median },
});
const target = (model: number, against: readonly string[]): Target => ({
  ...{ model, against, mode: 'training', competitor: 'ours', least: 1.5 },
});
const rows = [row('small', 'ours', 10), row('small', 'a', 30), row('small', 'b', 20), row('large', 'a', 1)];

test('the fastest of several peers counts', () => {
  expect(resultsOf([target(0, ['a', 'b'])], ['small', 'large'], rows)).toEqual([
    { model: 'small', mode: 'training', competitor: 'ours', against: 'b', least: 1.5, reached: 2 },
  ]);
});

test('a target of which a side was not measured is left out', () => {
  expect(resultsOf([target(0, ['c']), target(1, ['a'])], ['small', 'large'], rows)).toEqual([]);
});
