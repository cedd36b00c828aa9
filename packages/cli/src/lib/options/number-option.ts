import { DiffeoError } from '@diffeo/core';

/** What numbers an option takes. */
export interface NumberRange {
  /** Whole numbers only. Default false. */
  readonly whole?: boolean;
  readonly least: number;
  readonly most: number;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number in the text. Throws `USAGE` unless it is one of the range; `name` is the option's, as `--steps`. */
export function parseNumber(name: string, text: string, { whole = false, least, most }: NumberRange): number {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most && (!whole || Number.isSafeInteger(value))) return value;
  throw new DiffeoError(
    'USAGE',
    `${name} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}; got '${text}'`,
  );
}

/** The number that an option was given, or `fallback` when it was not given. */
export const numberOption = <F extends number | undefined>(
  name: string,
  text: string | undefined,
  range: NumberRange,
  fallback: F,
): number | F => (text === undefined ? fallback : parseNumber(name, text, range));

/** Seeds are unsigned 32-bit numbers. */
export const seedRange: NumberRange = { whole: true, least: 0, most: 2 ** 32 - 1 };

/** Row counts, as far as memory can go. */
export const countRange: NumberRange = { whole: true, least: 1, most: 1e9 };
