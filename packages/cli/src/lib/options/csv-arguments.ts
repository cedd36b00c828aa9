import { DiffeoError } from '@diffeo/core';
import { didYouMean, shortName } from '@diffeo/core/arguments';
import { type ColumnKind, type CsvOptions, columnKinds, type DatePeriod, datePeriods } from '@diffeo/datasets';
import { delimiterNames } from './delimiter-names.ts';
import { listOption } from './list-option.ts';
import { numberOption } from './number-option.ts';

/** The options of every command that reads a CSV file, for citty. What is not said is found out from the file. */
export const csvArguments = {
  columns: {
    type: 'string',
    valueHint: 'a,b',
    description: 'The columns to take: names, or numbers from 1 (:2 where a name is all digits, :2-5 for several).',
  },
  exclude: { type: 'string', valueHint: 'a,b', description: 'The columns not to take.' },
  missing: {
    type: 'enum',
    options: ['error', 'drop', 'drop-columns'] as string[],
    description:
      'Where a value is missing: stop, leave the row out, or the column. Default: train takes gaps as such, or leaves them out; score stops, unless the model takes them.',
  },
  'missing-values': {
    type: 'string',
    valueHint: '-999,none',
    description: 'What stands for a missing value, beside the usual.',
  },
  kinds: {
    type: 'string',
    valueHint: 'age=integer,code=category',
    description: `What columns are, where it is not to be found out: ${columnKinds.join(', ')}. Of dates also what comes again, date:yearly+weekly or date:none.`,
  },
  strict: { type: 'boolean', description: 'Refuse what would have to be guessed of the file.' },
  header: {
    type: 'boolean',
    description: 'The first row holds names.',
    negativeDescription: 'The first row holds numbers.',
  },
  delimiter: {
    type: 'string',
    valueHint: ';',
    description: 'What stands between fields: a character, or comma, semicolon, tab, pipe, blanks.',
  },
  decimal: { type: 'enum', options: ['.', ','] as string[], description: 'What stands before decimals.' },
  comment: { type: 'string', valueHint: '#', description: 'What begins lines to pass over, or none.' },
  skip: { type: 'string', description: 'How many lines to pass over at the beginning.' },
  quotes: {
    type: 'boolean',
    description: 'Quotes stand around fields, which is the default.',
    negativeDescription: 'Quotes are characters as any other.',
  },
} as const;

/** What {@link csvArguments} come in as. */
export interface CsvArguments {
  readonly columns: string | undefined;
  readonly exclude: string | undefined;
  readonly missing: string | undefined;
  readonly 'missing-values': string | undefined;
  readonly kinds: string | undefined;
  readonly strict: boolean | undefined;
  readonly header: boolean | undefined;
  readonly delimiter: string | undefined;
  readonly decimal: string | undefined;
  readonly comment: string | undefined;
  readonly skip: string | undefined;
  readonly quotes: boolean | undefined;
}

function delimiterOf(text: string): string {
  const delimiter = delimiterNames[text] ?? text;
  if (!/["\r\n]/.test(delimiter)) return delimiter;
  throw new DiffeoError('USAGE', '--delimiter is one or more characters, none a quote or a line break');
}

/** What comes again in dates: `yearly+weekly`, or `none`. `null` for what is no such thing. */
function periodsOf(text: string): readonly DatePeriod[] | null {
  if (text === 'none') return [];
  const found = text.split('+').map((name) => datePeriods.find((one) => one === name));
  return found.every((one) => one !== undefined) ? found : null;
}

/** The kinds of `age=integer,when=date:yearly+weekly`, and what comes again in dates. */
function kindsOf(entries: readonly string[]): Pick<CsvOptions, 'kinds' | 'periods'> {
  const kinds: Record<string, ColumnKind> = {};
  const periods: Record<string, readonly DatePeriod[]> = {};
  for (const entry of entries) {
    const at = entry.lastIndexOf('=');
    const [said = '', ...rest] = entry.slice(at + 1).split(':');
    const kind = columnKinds.find((one) => one === said);
    const again = rest.length === 1 && kind === 'date' ? periodsOf(rest[0] as string) : null;
    if (at > 0 && kind && (rest.length === 0 || again)) {
      kinds[entry.slice(0, at)] = kind;
      if (again) periods[entry.slice(0, at)] = again;
      continue;
    }
    if (kind === 'date') {
      throw new DiffeoError(
        'USAGE',
        `--kinds says of dates what comes again in them, such as when=date:yearly+weekly, or date:none, and '${shortName(entry)}' says something else. There are ${datePeriods.join(', ')}`,
      );
    }
    const meant = didYouMean(entry.slice(at + 1), columnKinds) || '.';
    throw new DiffeoError(
      'USAGE',
      `--kinds takes names and kinds, such as age=integer,code=category, and '${shortName(entry)}' is none${meant} Kinds are ${columnKinds.join(', ')}`,
    );
  }
  return { kinds, ...(Object.keys(periods).length > 0 && { periods }) };
}

/** The reader's options; those that were not given are absent. */
export function csvOptions(given: CsvArguments): CsvOptions {
  const { missing, header, delimiter, decimal, comment, quotes } = given;
  const columns = listOption('--columns', given.columns);
  const exclude = listOption('--exclude', given.exclude);
  const missingValues = listOption('--missing-values', given['missing-values']);
  const kinds = listOption('--kinds', given.kinds);
  const skip = numberOption('--skip', given.skip, { whole: true, least: 0, most: 1e6 }, undefined);
  return {
    ...(columns && { columns }),
    ...(exclude && { exclude }),
    ...(missing !== undefined && { missing: missing as 'error' | 'drop' | 'drop-columns' }),
    ...(missingValues && { missingValues }),
    ...(kinds && kindsOf(kinds)),
    ...(given.strict === true && { strict: true }),
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter: delimiterOf(delimiter) }),
    ...(decimal !== undefined && { decimal: decimal as '.' | ',' }),
    ...(comment !== undefined && { comment: comment === 'none' ? false : comment }),
    ...(skip !== undefined && { skip }),
    ...(quotes !== undefined && { quotes }),
  };
}
