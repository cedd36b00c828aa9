import { DiffeoError, type Seed } from '@diffeo/core';
import type { Column, ColumnKind, DatePeriod } from '../data/column.ts';
import type { Dataset } from '../data/dataset.ts';
import { type DecimalMark, isNumberLike } from './layout/csv-number.ts';

/** How to read a CSV file. What is not said is found out from the first lines, and `ReadTable.notes` says what was guessed. */
export interface CsvOptions {
  /**
   * Which columns to take, in this order: names, or numbers counted from 1. In text, `:2` is the number 2 even where a
   * column is named so, and `:2-5` four columns; text that is all digits and no column's name counts as a number.
   * Default: all that hold numbers.
   */
  readonly columns?: readonly (string | number)[];
  /** Which columns not to take, said in the same ways. */
  readonly exclude?: readonly (string | number)[];
  /** Whether the first row holds names. */
  readonly header?: 'auto' | boolean;
  /** What stands between fields. A blank stands for any number of blanks and tabs. */
  readonly delimiter?: string;
  /** What begins lines that are passed over; `false` for none. Default: `#` or `%`, if the first line begins so. */
  readonly comment?: string | false;
  /**
   * What to take: columns of numbers alone (the default), or `all`, with texts as categories or dates, each column with the
   * kind that is found out, and NaN where a value is missing.
   */
  readonly take?: 'numbers' | 'all';
  /** What columns are, by their names, where that is not to be found out. For `take: 'all'`. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** What comes again in columns of dates, by their names; an empty list for nothing. Default: what a model finds out. */
  readonly periods?: Readonly<Record<string, readonly DatePeriod[]>>;
  /** Whether to refuse whatever would have to be guessed of the file, rather than to say it in `notes`. */
  readonly strict?: boolean;
  /** How many lines to pass over at the beginning. Default: titles above the table, if there are any. */
  readonly skip?: number;
  /** Whether quotes stand around fields (the default), or are characters as any other. */
  readonly quotes?: boolean;
  /** What stands before decimals. The other one of the two may then stand between thousands. */
  readonly decimal?: DecimalMark;
  /**
   * What to do where a chosen column lacks a value. `error` is the default of columns of numbers; `drop` leaves such rows out
   * and counts them, and rows with too few or too many fields too; `drop-columns` leaves out columns that lack a value or hold
   * a text; `keep`, the default of all columns, has NaN there.
   */
  readonly missing?: 'error' | 'drop' | 'drop-columns' | 'keep';
  /** What counts as a missing value beside {@link missingValues}, in whatever case. */
  readonly missingValues?: readonly string[];
  /**
   * Columns of another file, such as those that a model was trained on: columns of these names have their kinds, categories,
   * origins and units. Otherwise the origin of a column is a round number near its mean where float32 would not keep the
   * differences of its numbers, such as those of times in milliseconds since 1970.
   */
  readonly known?: readonly Column[];
  /**
   * What becomes of texts that are none of the `known` categories of their column: the number after the last category's, for a
   * model that has a probability for them. Default: they are missing values.
   */
  readonly codesUnseen?: boolean;
  /**
   * To hold a random sample of a table with more rows than memory is for: each row with the same chance, in the order of the file. All rows are read all the same,
   * so that texts, gaps and faults are those of the whole file, and memory does not grow with it. `rows` is how many are held at most, and about half of that at least. Default: 2²⁰,
   * and fewer of a file with more than 32 columns.
   */
  readonly sample?: { readonly seed: Seed; readonly rows?: number };
  /** How another file was read: used where this one does not tell. */
  readonly like?: Pick<CsvOptions, 'header' | 'delimiter' | 'comment' | 'quotes' | 'decimal' | 'missingValues'>;
  /** What messages call the data; default `the CSV data`. */
  readonly source?: string;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/** Something that the reader guessed or left out. */
export interface CsvNote {
  readonly code:
    | 'ENCODING'
    | 'SEPARATOR_LINE'
    | 'COMMENTS'
    | 'PREAMBLE'
    | 'DELIMITER'
    | 'HEADER'
    | 'NAMES'
    | 'UNITS'
    | 'DECIMAL_COMMA'
    | 'NUMBER_FORMAT'
    | 'INDEX_COLUMN'
    | 'COUNTING_COLUMN'
    | 'TEXT_COLUMNS'
    | 'EMPTY_COLUMNS'
    | 'INCOMPLETE_COLUMNS'
    | 'CONSTANT_COLUMNS'
    | 'ORIGIN'
    | 'REPEATED_HEADER'
    | 'FOOTER'
    | 'DROPPED'
    | 'SAMPLED'
    | 'DATE'
    | 'TEXT_AS_MISSING'
    | 'LEFT_OUT'
    | 'DEPENDENT_COLUMNS';
  /** What was done, as a sentence without its full stop. */
  readonly text: string;
  /** The columns that it is about. */
  readonly columns?: readonly string[];
  /** The options that have it otherwise. */
  readonly otherwise?: CsvOptions;
}

/** A table as its reader gives it: event shape `[columns]`, every column named (by its number, if the file has no names). */
export interface ReadTable extends Dataset<Float32Array> {
  /** Each name comes once: of two columns `value` the second is `value.1`. */
  readonly columns: readonly Column[];
  /** How many rows were left out because a value was missing. */
  readonly dropped: number;
  /** How many rows the file has, where `sample` holds fewer. */
  readonly sampledFrom?: number;
  /** What was guessed or left out. */
  readonly notes: readonly CsvNote[];
  /** How the file was read, for `like`. */
  readonly format: { readonly delimiter: string; readonly decimal?: ',' };
}

/** What counts as a missing value in any file, in lower case. */
export const missingValues: readonly string[] = [
  ...['', '-', '--', '–', '—', '.', '..', '?', 'na', 'n/a', 'nan', 'null', '(null)', 'none', 'nil', '\\n', 'missing'],
  ...['#n/a', '#div/0!', '#value!', '#ref!', '#num!', '#name?', '#null!', '<na>'],
];

/** `CsvOptions` with every default filled in; `null` is found out from the file. */
export interface CsvSettings {
  readonly columns: readonly (string | number)[] | null;
  readonly exclude: readonly (string | number)[];
  readonly header: 'auto' | boolean;
  readonly delimiter: string | null;
  readonly comment: string | false | null;
  readonly skip: number | null;
  readonly quotes: boolean;
  readonly decimal: DecimalMark | null;
  readonly missing: 'error' | 'drop' | 'drop-columns' | 'keep';
  readonly takesAll: boolean;
  readonly isStrict: boolean;
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  readonly periods: Readonly<Record<string, readonly DatePeriod[]>>;
  readonly known: ReadonlyMap<string, Column>;
  readonly codesUnseen: boolean;
  readonly sample: NonNullable<CsvOptions['sample']> | null;
  readonly like: NonNullable<CsvOptions['like']>;
  readonly source: string;
  /** Whether numbers are among the missing values. */
  readonly areNumbersMissing: boolean;
  /** Whether dates are. */
  readonly areDatesMissing: boolean;
  isMissing(field: string): boolean;
}

/** Fills in the defaults. */
export function csvSettings(options: CsvOptions): CsvSettings {
  const { like = {}, sample } = options;
  if (sample?.rows !== undefined && !(Number.isSafeInteger(sample.rows) && sample.rows > 0)) {
    throw new DiffeoError('CONFIG', `A sample holds a whole number of rows; got ${JSON.stringify(sample.rows)}.`);
  }
  const more = [...(options.missingValues ?? []), ...(like.missingValues ?? [])];
  const all = [...missingValues, ...more.map((value) => value.toLowerCase())];
  const tokens = new Set(all);
  const longest = Math.max(...all.map((token) => token.length));
  return {
    columns: options.columns ?? null,
    exclude: options.exclude ?? [],
    header: options.header ?? 'auto',
    delimiter: options.delimiter ?? null,
    comment: options.comment ?? like.comment ?? null,
    skip: options.skip ?? null,
    quotes: options.quotes ?? like.quotes ?? true,
    decimal: options.decimal ?? null,
    missing: options.missing ?? (options.take === 'all' && options.strict !== true ? 'keep' : 'error'),
    takesAll: options.take === 'all',
    isStrict: options.strict === true,
    kinds: options.kinds ?? {},
    periods: options.periods ?? {},
    known: new Map(options.known?.map((column) => [column.name, column])),
    codesUnseen: options.codesUnseen === true,
    sample: sample ?? null,
    like,
    source: options.source ?? 'the CSV data',
    areNumbersMissing: more.some((value) => isNumberLike(value)),
    areDatesMissing: more.some((value) => !Number.isNaN(Date.parse(value))),
    isMissing: (field) => field.length <= longest && tokens.has(field.toLowerCase()),
  };
}
