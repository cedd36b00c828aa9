import { afterEach, expect, test, vi } from 'vitest';
import { fittingProgress } from './fitting-progress.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a line for each kind of member, and every five seconds, with about how long it still takes', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(`${line}`) > 0);
  const told = fittingProgress();
  told(0, 'Gaussian');
  told(0.01, 'Gaussian');
  vi.advanceTimersByTime(3000);
  told(0.1, 'flow');
  vi.advanceTimersByTime(4900);
  told(0.2, 'flow');
  vi.advanceTimersByTime(100);
  told(0.25, 'flow');
  vi.advanceTimersByTime(92_000);
  told(0.5, 'other');
  told(1, '');
  expect(lines).toEqual([
    '0 % · Gaussian\n',
    '10 % · flow · about 27 s left\n',
    '25 % · flow · about 24 s left\n',
    '50 % · other · about 1 min 40 s left\n',
  ]);
});
