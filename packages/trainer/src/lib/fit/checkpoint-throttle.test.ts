import { expect, test } from 'vitest';
import { checkpointThrottle } from './checkpoint-throttle.ts';

/** When checkpoints are taken that take so long, asked every `step` milliseconds. */
function taken(each: number, step: number, until: number): number[] {
  let now = 0;
  const pace = checkpointThrottle(() => now);
  const times: number[] = [];
  while (now < until) {
    if (pace.due) {
      times.push(now);
      now += each;
      pace.took(each);
    }
    now += step;
  }
  return times;
}

test('the first checkpoint is due at once, and quick ones every five seconds', () => {
  expect(taken(0, 1000, 20_000)).toEqual([0, 5000, 10_000, 15_000]);
});

test('however often one asks, checkpoints take a twentieth of the time at most', () => {
  for (const each of [1, 100, 1000, 30_000]) {
    expect(taken(each, 1, 2_000_000).length * each).toBeLessThan(2_000_000 / 20 + each);
  }
});
