import { DiffeoError } from '@diffeo/core';

/** @throws DiffeoError `USAGE` for anything but a whole number, of `least` or more. */
export function wholeNumber(text: string, option: string, least = 1): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new DiffeoError('USAGE', `${option} takes a whole number above ${least - 1}; got '${text}'`);
}
