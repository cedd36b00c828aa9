import { DiffeoError } from '@diffeo/core';
import { expect, it } from 'vitest';
import { exitCodeOf } from './exit-code.ts';

it.each([
  ['CSV_RAGGED', 2],
  ['USAGE', 2],
  ['FILE', 2],
  ['NOT_FINITE', 1],
  ['WRITE', 1],
  ['CANCELLED', 130],
])('%s ends with %i', (code, exitCode) => {
  expect(exitCodeOf(new DiffeoError(code, 'message'))).toBe(exitCode);
});

it('an error that nobody foresaw ends with 1', () => {
  expect(exitCodeOf(new TypeError('oh'))).toBe(1);
});
