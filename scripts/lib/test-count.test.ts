import { describe, expect, test } from 'vitest';
import { addCounts, countTests } from './test-count.mjs';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe('the count of a test run', () => {
  test('is that of its tests', () => {
    const report = { testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')] };
    expect(countTests(report, 1)).toEqual({ passed: 3, failed: 1 });
  });

  test.each(['skipped', 'pending', 'todo', 'disabled'])('takes a %s test as failed', (status) => {
    expect(countTests({ testResults: [file('passed', 'passed', status)] }, 0)).toEqual({ passed: 1, failed: 1 });
  });

  test('takes a file that fails before its first test as one failure', () => {
    expect(countTests({ testResults: [file('failed'), file('passed', 'passed')] }, 1)).toEqual({
      passed: 1,
      failed: 1,
    });
  });

  test('takes a file that fails after its tests as one failure', () => {
    expect(countTests({ testResults: [file('failed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1 });
  });

  test('counts broken files beside failed tests', () => {
    const report = { testResults: [file('failed'), file('failed', 'passed'), file('failed', 'failed')] };
    expect(countTests(report, 1)).toEqual({ passed: 1, failed: 3 });
  });

  test('never passes a run that ended badly, left no report, or ran nothing', () => {
    expect(countTests({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1 });
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
    expect(countTests({ testResults: [] }, 0)).toEqual({ passed: 0, failed: 1 });
  });

  test('adds up', () => {
    expect(
      addCounts([
        { passed: 1, failed: 2 },
        { passed: 3, failed: 0 },
      ]),
    ).toEqual({ passed: 4, failed: 2 });
  });
});
