import { expect, test } from 'vitest';
import { DiffeoError, isDiffeoError } from './error.ts';

test('an error carries its code, its message and its cause', () => {
  const cause = new TypeError('below');
  const error = new DiffeoError('FILE', 'the file ends early', { cause });
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.message, error.cause]).toEqual([
    'DiffeoError',
    'FILE',
    'the file ends early',
    cause,
  ]);
});

test('errors of another copy of the package are recognised, and nothing else is', () => {
  const foreign = Object.assign(new Error('x'), { name: 'DiffeoError', code: 'SHAPE' });
  expect(isDiffeoError(new DiffeoError('SHAPE', 'x'))).toBe(true);
  expect(isDiffeoError(foreign)).toBe(true);
  expect(isDiffeoError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
  expect(isDiffeoError(Object.assign(new Error('x'), { name: 'DiffeoError' }))).toBe(false);
  for (const other of [new Error('x'), { name: 'DiffeoError', code: 'SHAPE' }, 'SHAPE', null, undefined]) {
    expect(isDiffeoError(other)).toBe(false);
  }
});
