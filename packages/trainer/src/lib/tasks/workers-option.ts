import { callable, type OptionCheck, record, requireOptions, text, wholeNumber } from '@diffeo/core/arguments';
import { isAllReduceMethod } from '../executor/all-reduce.ts';
import type { Workers, WorkersOptions } from '../executor/workers.ts';

/** Beyond this, threads and their memory are more than any machine has. */
const maxWorkers = 256;

/** Whether workers were started already. */
export const isStarted = (workers: unknown): workers is Workers =>
  typeof workers === 'object' && workers !== null && 'close' in workers && 'runOnEach' in workers;

/** How many workers, how to start them, or workers. Options to start them with are looked at when they start. */
export const workersOption: OptionCheck = {
  test: (value) => wholeNumber({ to: maxWorkers }).test(value) || isStarted(value) || record.test(value),
  expected: `a whole number from 0 to ${maxWorkers}, { count } and how to start them, or what startWorkers gives`,
};

const modules: OptionCheck = {
  test: (value) => Array.isArray(value) && value.every((entry) => text.test(entry) || entry instanceof URL),
  expected: 'a list of addresses (text or URL)',
};

/** @throws DiffeoError `CONFIG` */
export const requireWorkersOptions = (options: WorkersOptions): void =>
  requireOptions<WorkersOptions>(
    'workers',
    options,
    {
      count: { ...wholeNumber({ from: 1, to: maxWorkers }), required: true },
      modules,
      create: callable,
      allReduce: { test: isAllReduceMethod, expected: 'an all-reduce, such as messageAllReduce' },
      startSeconds: {
        test: (value) => typeof value === 'number' && value > 0 && value <= 86_400,
        expected: 'a number up to 86400, above 0',
      },
    },
    { workers: 'count', threads: 'count', definitions: 'modules', timeout: 'startSeconds' },
  );
