import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOption, parseNumber } from './number-option.ts';

const whole = { whole: true, least: 1, most: 1000 };
const real = { least: -5, most: 5 };

describe('parseNumber', () => {
  it('reads back every number of the range', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), (n) => parseNumber('--n', `${n}`, whole) === n));
    fc.assert(fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (n) => parseNumber('--n', `${n}`, real) === n));
    expect(parseNumber('--n', '1e2', whole)).toBe(100);
  });

  it.each(['', ' ', 'abc', '12x', '0x10', '1,5', '1_000', 'NaN', 'Infinity', '-3', '0', '1.5', '1001', '1e400', '--1'])(
    "refuses '%s' as a whole number from 1 to 1000, naming the option and what came",
    (text) => {
      expect(() => parseNumber('--n', text, whole)).toThrow(`--n must be a whole number from 1 to 1000; got '${text}'`);
    },
  );

  it('falls back only when the option was not given', () => {
    expect(numberOption('--n', undefined, whole, 7)).toBe(7);
    expect(numberOption('--n', '8', whole, 7)).toBe(8);
    expect(() => numberOption('--n', '', whole, 7)).toThrow('--n');
  });
});
