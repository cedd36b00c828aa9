import type { ErrorCode } from '../contract/error.ts';
import { isObject } from '../contract/is-object.ts';
import { closestWord } from './closest-word.ts';
import { describeValue } from './describe-value.ts';
import { isTensor } from './is-tensor.ts';

/** What an option may be. `undefined` never reaches it: an option that is `undefined` is absent. */
export interface OptionCheck {
  test(value: unknown): boolean;
  /** Follows `must be`. */
  readonly expected: string;
  /** Default `CONFIG`. */
  readonly code?: ErrorCode;
  /** Refuses its absence too. */
  readonly required?: boolean;
  /** What to add about a value that was refused. */
  hint?(value: unknown): string;
}

/** Anything: what takes it looks at it. */
export const anything: OptionCheck = { test: () => true, expected: 'anything' };

/** A whole number, within bounds. */
export const wholeNumber = ({
  from = 0,
  to = Number.MAX_SAFE_INTEGER,
  code = 'CONFIG' as ErrorCode,
} = {}): OptionCheck => ({
  test: (value) => Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to,
  expected: `a whole number ${to === Number.MAX_SAFE_INTEGER ? `of ${from} or more` : `from ${from} to ${to}`}`,
  code,
});

/** A finite number, within bounds. */
export const numberBetween = (from: number, to: number): OptionCheck => ({
  test: (value) => Number.isFinite(value) && (value as number) >= from && (value as number) <= to,
  expected: `a number from ${from} to ${to}`,
});

/** A number above 0; `Infinity` where it says so. */
export const positiveNumber = ({ orInfinity = false } = {}): OptionCheck => ({
  test: (value) => typeof value === 'number' && value > 0 && (orInfinity || value < Infinity),
  expected: orInfinity ? 'a number above 0, or Infinity' : 'a finite number above 0',
});

/** A part of a whole, 0 and 1 among them. */
export const share: OptionCheck = { ...numberBetween(0, 1), expected: 'a share from 0 to 1' };

/** What random numbers are drawn by. */
export const seedNumber: OptionCheck = {
  test: Number.isSafeInteger,
  expected: 'a whole number, within ± (2 ** 53 − 1)',
  code: 'SEED',
};

export const trueOrFalse: OptionCheck = { test: (value) => typeof value === 'boolean', expected: 'true or false' };

export const text: OptionCheck = { test: (value) => typeof value === 'string', expected: 'text' };

export const callable: OptionCheck = { test: (value) => typeof value === 'function', expected: 'a function' };

/** A tensor, which is looked at elsewhere. */
export const tensorOption: OptionCheck = { test: isTensor, expected: 'a tensor' };

/** An object that holds what it holds by name. */
export const record: OptionCheck = {
  test: (value) => isObject(value) && !isTensor(value) && Object.prototype.toString.call(value) === '[object Object]',
  expected: 'an object',
};

/** One of a few words. */
export const oneOf = (...words: readonly string[]): OptionCheck => ({
  test: (value) => words.includes(value as string),
  expected: `one of ${words.map((word) => `'${word}'`).join(', ')}`,
  hint: (value) => {
    const meant = typeof value === 'string' ? closestWord(value, words) : undefined;
    return meant === undefined ? '' : `; did you mean '${meant}'?`;
  },
});

/** A list of which each entry passes. */
export const listOf = (check: OptionCheck): OptionCheck => ({
  ...check,
  test: (value) => Array.isArray(value) && value.every(check.test),
  expected: `a list; each entry ${check.expected}`,
  hint: (value) => {
    const at = Array.isArray(value) ? value.findIndex((entry) => !check.test(entry)) : -1;
    return at < 0 ? '' : ` (entry ${at}: ${describeValue((value as unknown[])[at])})`;
  },
});

/** What passes one of several. */
export const either = (...checks: readonly OptionCheck[]): OptionCheck => ({
  test: (value) => checks.some(({ test }) => test(value)),
  expected: checks.map(({ expected }) => expected).join(', or '),
});

/** An option that has to be there. */
export const required = (check: OptionCheck): OptionCheck => ({ ...check, required: true });
