import { DiffeoError } from '@diffeo/core';
import type { CsvOptions } from '../csv-options.ts';

/** Why a file cannot be read as it is, as data: the `cause` of the reader's errors. */
export interface CsvRefusal {
  /** What is wrong and where. */
  readonly problem: string;
  /** The line where it was found first, from 1. */
  readonly line?: number;
  /** The names of the columns that it is about. */
  readonly columns?: readonly string[];
  /** Options to be added to those that were given, see {@link withAdvice}; each entry helps alone. */
  readonly advice: readonly CsvOptions[];
}

const asCode = (options: CsvOptions): string =>
  `{ ${Object.entries(options)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')} }`;

/** The error for a file that is refused. */
export function refusal(code: string, { advice, problem, ...found }: CsvRefusal): DiffeoError {
  const helps = advice.length > 0 ? ` Options that help: ${advice.map(asCode).join(', or ')}.` : '';
  const cause: CsvRefusal = { problem, advice, ...found };
  return new DiffeoError(code, `${problem}${helps}`, { cause });
}

/** What a reader's error says as data; `null` for other errors. */
export function refusalOf(error: unknown): CsvRefusal | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause && typeof cause === 'object' && 'problem' in cause && 'advice' in cause ? (cause as CsvRefusal) : null;
}

/** Options with those that a refusal advises: lists of columns not to take and of missing values become longer. */
export const withAdvice = (options: CsvOptions, advice: CsvOptions): CsvOptions => ({
  ...options,
  ...advice,
  ...(advice.exclude && { exclude: [...(options.exclude ?? []), ...advice.exclude] }),
  ...(advice.missingValues && { missingValues: [...(options.missingValues ?? []), ...advice.missingValues] }),
});
