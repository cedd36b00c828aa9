import { DiffeoError } from '@diffeo/core';

/** @throws DiffeoError `USAGE` for anything but a whole number above 0. */
export function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new DiffeoError('USAGE', `${option} takes a whole number above 0; got '${text}'`);
}
