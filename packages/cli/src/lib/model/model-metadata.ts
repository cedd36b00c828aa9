import { DiffeoError, type Metadata } from '@diffeo/core';
import type { CsvOptions } from '@diffeo/datasets';
import type { RunRecord } from '../folder/run-record.ts';
import { version } from '../version.ts';

/** How `train` cut the data into parts. */
interface SplitNotes {
  readonly seed: number;
  /** At most so many rows. */
  readonly limit: number | undefined;
  /** Rows held out; `undefined` for the usual share. */
  readonly heldOut: number | undefined;
}

/** What the reader of CSV files takes as `like`. */
type CsvFormat = NonNullable<CsvOptions['like']>;

/** What the command keeps with a model beside what core keeps. */
export interface ModelNotes {
  /** The names of the data's columns, in order; `null` in files that other programs wrote without them. */
  readonly columns: readonly string[] | null;
  /** What was taken off the numbers of each column before they met the model. */
  readonly origins: readonly number[] | null;
  /** What it was trained on, as on the command line. */
  readonly data: string | null;
  readonly flow: string | null;
  /** So that a part of the data can be had again. */
  readonly split: SplitNotes | null;
  /** How its CSV file was read: for files that do not tell. */
  readonly csv: CsvFormat | null;
  /** The program and its version. */
  readonly writtenBy: string | null;
}

/** Notes as a model file's metadata. Nothing in it changes from one run to the next: equal runs write equal files. */
export const metadataOf = (notes: {
  readonly columns?: readonly string[] | undefined;
  readonly origins?: readonly number[] | undefined;
  readonly data: string;
  readonly flow: string;
  readonly split: SplitNotes;
  readonly csv?: CsvFormat | undefined;
  readonly run: RunRecord;
}) =>
  ({
    ...(notes.columns && { columns: JSON.stringify(notes.columns) }),
    ...(notes.origins?.some((origin) => origin !== 0) && { origins: JSON.stringify(notes.origins) }),
    data: notes.data,
    flow: notes.flow,
    split: JSON.stringify(notes.split),
    ...(notes.csv && Object.keys(notes.csv).length > 0 && { csv: JSON.stringify(notes.csv) }),
    run: JSON.stringify(notes.run),
    writtenBy: `@diffeo/cli ${version()}`,
  }) satisfies Metadata;

function parseColumns(text: string, size: number): readonly string[] {
  let columns: unknown;
  try {
    columns = JSON.parse(text);
  } catch {
    columns = null;
  }
  if (Array.isArray(columns) && columns.length === size && columns.every((name) => typeof name === 'string')) {
    return columns;
  }
  throw new DiffeoError(
    'FILE',
    `its metadata entry 'columns' must be a JSON list of ${size} names; got ${text.slice(0, 80)}`,
  );
}

function parseOrigins(text: string, size: number): readonly number[] {
  let origins: unknown;
  try {
    origins = JSON.parse(text);
  } catch {
    origins = null;
  }
  if (Array.isArray(origins) && origins.length === size && origins.every((origin) => Number.isFinite(origin))) {
    return origins;
  }
  throw new DiffeoError(
    'FILE',
    `its metadata entry 'origins' must be a JSON list of ${size} numbers; got ${text.slice(0, 80)}`,
  );
}

function parseSplit(text: string): SplitNotes {
  let split: Partial<Record<keyof SplitNotes, unknown>> | null;
  try {
    split = JSON.parse(text);
  } catch {
    split = null;
  }
  const { seed, limit, heldOut } = split ?? {};
  const isCount = (value: unknown) => value === undefined || (Number.isSafeInteger(value) && (value as number) > 0);
  if (Number.isSafeInteger(seed) && isCount(limit) && isCount(heldOut)) {
    return { seed, limit, heldOut } as SplitNotes;
  }
  throw new DiffeoError(
    'FILE',
    `its metadata entry 'split' must say how its data were split; got ${text.slice(0, 80)}`,
  );
}

/** What each entry of a format must be. */
const formatEntries: { readonly [name in keyof CsvFormat]-?: (value: unknown) => boolean } = {
  delimiter: (value) => typeof value === 'string' && /^[^"\r\n]{1,16}$/.test(value),
  header: (value) => typeof value === 'boolean',
  comment: (value) => value === false || (typeof value === 'string' && /^[^\s"]\S{0,15}$/.test(value)),
  quotes: (value) => typeof value === 'boolean',
  decimal: (value) => value === '.' || value === ',',
  missingValues: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

function parseFormat(text: string): CsvFormat {
  let format: unknown;
  try {
    format = JSON.parse(text);
  } catch {
    format = null;
  }
  const isEntry = ([name, value]: [string, unknown]): boolean =>
    Object.hasOwn(formatEntries, name) && formatEntries[name as keyof CsvFormat](value);
  if (format && typeof format === 'object' && Object.entries(format).every(isEntry)) return format as CsvFormat;
  throw new DiffeoError('FILE', `its metadata entry 'csv' must say how its file was read; got ${text.slice(0, 80)}`);
}

/** The notes in a model file's metadata; `size` is how many numbers one row of its data has. Throws `FILE`. */
export const notesOf = (
  { columns, origins, data, flow, split, csv, writtenBy }: Metadata,
  size: number,
): ModelNotes => ({
  columns: columns === undefined ? null : parseColumns(columns, size),
  origins: origins === undefined ? null : parseOrigins(origins, size),
  data: data ?? null,
  flow: flow ?? null,
  split: split === undefined ? null : parseSplit(split),
  csv: csv === undefined ? null : parseFormat(csv),
  writtenBy: writtenBy ?? null,
});
