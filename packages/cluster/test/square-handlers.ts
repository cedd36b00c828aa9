/** Handlers for tests, whose outputs are easily told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DiffeoError } from '@diffeo/core';
import type { Handlers, Job } from '../src/index.ts';

/** How often each number was squared in this process. */
export const squared: number[] = [];
let together = 0;
export const most = { together: 0 };
/** Numbers that fail, until they are taken out. */
export const poison = new Set<number>();

export const handlers: Handlers = {
  'test/square': async ({ value }) => {
    const number = value as number;
    squared.push(number);
    most.together = Math.max(most.together, ++together);
    await sleep(2);
    together--;
    if (poison.has(number)) throw new DiffeoError('DATA', `${number} is poison`);
    return Buffer.from(`${number * number}\n`);
  },
  // Never done: it waits until nobody waits for it any more.
  'test/wait': (_, { signal }) =>
    new Promise((_, reject) => {
      const stop = (): void => reject(new DiffeoError('CANCELLED', 'stopped'));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    }),
};

export const squareJob = (value: number): Job => ({
  type: 'test/square',
  request: { value },
  name: `part-${String(value).padStart(5, '0')}`,
  ending: '.txt',
});

export const squareJobs = (count: number): Job[] => Array.from({ length: count }, (_, i) => squareJob(i));
