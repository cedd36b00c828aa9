import type { Rows } from '../rows.ts';

/** How to read a CSV file. */
export interface CsvOptions {
  /**
   * Which columns to take, in this order: names, or numbers counted from 1. Text that is all digits and no column's name
   * counts as a number. Default: all, and then each must hold numbers.
   */
  readonly columns?: readonly (string | number)[];
  /**
   * Whether the first row holds names. Default `auto`: it does unless its fields (of the chosen columns, where they are
   * chosen by number) are numbers; when it mixes both, the reader asks.
   */
  readonly header?: 'auto' | boolean;
  /** What stands between fields. Default: `,`, `;` or a tab, whichever divides the first lines evenly. */
  readonly delimiter?: string;
  /** What to do with a row that lacks a chosen value. Default `error`; `drop` leaves such rows out and counts them. */
  readonly missing?: 'error' | 'drop';
  /** What counts as a missing value, in whatever case. Default: nothing at all, `NA`, `N/A`, `NaN`, `null`, `none`, `?`. */
  readonly missingValues?: readonly string[];
  /** What messages call the data; default `the CSV data`. */
  readonly source?: string;
}

/** The rows of a table: event shape `[columns]`, every column named (by its number, if the file has no names). */
export interface Table extends Rows {
  readonly columns: readonly string[];
  /** How many rows were left out because a value was missing. */
  readonly dropped: number;
}

/** `CsvOptions` with every default filled in. */
export interface CsvSettings extends Required<Omit<CsvOptions, 'columns' | 'delimiter'>> {
  readonly columns: readonly (string | number)[] | null;
  isMissing(field: string): boolean;
}

const defaultMissing = ['', 'NA', 'N/A', 'NaN', 'null', 'none', '?'];

/** Fills in the defaults. */
export function csvSettings({
  columns,
  header = 'auto',
  missing = 'error',
  missingValues = defaultMissing,
  source = 'the CSV data',
}: CsvOptions): CsvSettings {
  const tokens = new Set(missingValues.map((token) => token.toLowerCase()));
  const longest = Math.max(0, ...missingValues.map((token) => token.length));
  return {
    columns: columns ?? null,
    header,
    missing,
    missingValues,
    source,
    isMissing: (field) => field.length <= longest && tokens.has(field.toLowerCase()),
  };
}
