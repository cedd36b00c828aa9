import { ones, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { replays } from './replays.ts';
import { shapeCounts } from './shape-counts.ts';

beforeAll(() => useWasm());

const work = ([x]: readonly Tensor[]) => [zeros((x as Tensor).shape)];

/** Which of these numbers of rows are replayed when each comes in turn. */
function recordedAfter(rows: readonly number[], turns: number): number[] {
  const recorded = replays();
  let found: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    found = rows.filter((count) => {
      const x = ones([count]);
      const known = recorded.find('f', [x], work);
      x.dispose();
      return known !== null;
    });
  }
  recorded.dispose();
  return found;
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test('nothing is recorded before it comes for the third time', () => {
  expect(recordedAfter(upTo(8), 2)).toEqual([]);
  expect(recordedAfter(upTo(8), 3)).toEqual(upTo(8));
});

test('shapes that come in turn do not displace one another, however many they are', () => {
  expect(recordedAfter(upTo(9), 20)).toEqual(upTo(8));
  expect(recordedAfter(upTo(300), 6)).toEqual(upTo(8));
});

test('a shape that comes much more often takes the place of one that does not', () => {
  const recorded = replays();
  const find = (count: number) => recorded.find('f', [ones([count])], work) !== null;
  for (let turn = 0; turn < 4; turn++) for (const count of upTo(8)) find(count);
  let calls = 1;
  while (!find(100)) calls++;
  expect(calls).toBeGreaterThan(8);
  expect(calls).toBeLessThan(50);
  expect(upTo(8).filter(find)).toHaveLength(7);
  recorded.dispose();
});

test('what comes no more is forgotten', () => {
  const counts = shapeCounts();
  for (let i = 0; i < 10; i++) counts.add('a');
  expect(counts.of('a')).toBe(10);
  for (let i = 0; i < 5000; i++) counts.add(`${i}`);
  expect(counts.of('a')).toBe(0);
  expect(counts.of('4999')).toBe(1);
});
