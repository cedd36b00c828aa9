import { expect, it } from 'vitest';
import { listOption } from './list-option.ts';

it('cuts a list at its commas', () => {
  expect(listOption('--columns', 'a, b,c d')).toEqual(['a', 'b', 'c d']);
  expect(listOption('--columns', undefined)).toBeUndefined();
});

it.each(['', ',', 'a,', 'a,,b'])("refuses '%s'", (text) => {
  expect(() => listOption('--columns', text)).toThrow('--columns is a list');
});
