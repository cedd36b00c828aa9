import { randomSource } from '@diffeo/core';
import { expect, test } from 'vitest';
import { csvNumber } from './csv-number.ts';

test('numbers are those that JavaScript reads, to the bit', () => {
  const random = randomSource(1);
  const digits = (most: number): string =>
    Array.from({ length: random.integer(most + 1) }, () => random.integer(10)).join('');
  for (let trial = 0; trial < 20_000; trial++) {
    const sign = ['', '-', '+'][random.integer(3)];
    const field = `${sign}${digits(10)}${random.integer(2) ? '.' : ''}${digits(9)}${random.integer(9) ? '' : `e${random.integer(40) - 20}`}`;
    const expected = /\d/.test(field) && !/^[+-]?e|^[+-]?\.e/.test(field) ? Number(field) : null;
    if (!Object.is(csvNumber(field), expected)) expect([field, csvNumber(field)]).toEqual([field, expected]);
  }
});

test.each([
  '',
  '-',
  '.',
  '-.',
  '+',
  '1.2.3',
  '1-2',
  '--1',
  '1 2',
  '0x10',
  '1e',
  'e5',
  '1_000',
  '１',
  '1.',
  '.5',
  '-0',
  '00012',
  '9007199254740993',
])("'%s' is what Number makes of it, or none", (field) => {
  const isNumber = /^-?(\d+\.?\d*|\.\d+)$/.test(field);
  expect(csvNumber(field)).toBe(isNumber ? Number(field) : null);
});
