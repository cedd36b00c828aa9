import type { CsvOptions } from '@diffeo/datasets';
import { listOption } from '../list-option.ts';

/** The options of every command that reads a CSV file, for citty. */
export const csvArguments = {
  columns: { type: 'string', valueHint: 'a,b', description: 'The columns to take: names, or numbers from 1.' },
  missing: {
    type: 'enum',
    options: ['error', 'drop'] as string[],
    description: 'What to do with rows that lack a value: stop (the default) or leave them out.',
  },
  header: {
    type: 'boolean',
    description: 'The first row holds names. Found out from the file unless said.',
    negativeDescription: 'The first row holds numbers.',
  },
  delimiter: { type: 'string', valueHint: ';', description: 'What stands between fields. Found out unless said.' },
} as const;

/** What {@link csvArguments} come in as. */
export interface CsvArguments {
  readonly columns: string | undefined;
  readonly missing: string | undefined;
  readonly header: boolean | undefined;
  readonly delimiter: string | undefined;
}

/** The reader's options; those that were not given are absent. */
export function csvOptions({ columns, missing, header, delimiter }: CsvArguments): CsvOptions {
  const names = listOption('--columns', columns);
  return {
    ...(names && { columns: names }),
    ...(missing !== undefined && { missing: missing as 'error' | 'drop' }),
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter }),
  };
}
