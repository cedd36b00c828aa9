import { DiffeoError, type Metadata } from '@diffeo/core';
import { type Column, type CsvOptions, columnKinds } from '@diffeo/datasets';
import { dataChecksum, type RunRecord } from '../folder/run-record.ts';
import { parseScoreNotes, type ScoreNotes } from '../score/score-notes.ts';
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
  /** The data's columns, in order; `null` in files that other programs wrote without them. */
  readonly columns: readonly Column[] | null;
  /** The columns that it is conditioned on, in order; `null` where there are none. */
  readonly context: readonly Column[] | null;
  /** What it was trained on, as on the command line. */
  readonly data: string | null;
  readonly flow: string | null;
  /** So that a part of the data can be had again. */
  readonly split: SplitNotes | null;
  /** How its CSV file was read: for files that do not tell. */
  readonly csv: CsvFormat | null;
  /** The checksum of the parts that its data were cut into. */
  readonly dataChecksum: string | null;
  /** Scores of rows that it did not learn from. */
  readonly scores: ScoreNotes | null;
  /** The program and its version. */
  readonly writtenBy: string | null;
}

/** Scores as an entry of a model file's metadata. */
export const scoresMetadata = (scores: ScoreNotes | undefined): Metadata =>
  scores ? { scores: JSON.stringify(scores) } : {};

/** Notes as a model file's metadata. Nothing in it changes from one run to the next: equal runs write equal files. */
export const metadataOf = (notes: {
  readonly columns?: readonly Column[] | undefined;
  readonly context?: readonly Column[] | undefined;
  readonly data: string;
  readonly flow: string;
  readonly split: SplitNotes;
  readonly csv?: CsvFormat | undefined;
  readonly run: RunRecord;
  readonly scores?: ScoreNotes | undefined;
}) =>
  ({
    ...(notes.columns && { columns: JSON.stringify(notes.columns) }),
    ...(notes.context && notes.context.length > 0 && { context: JSON.stringify(notes.context) }),
    data: notes.data,
    flow: notes.flow,
    split: JSON.stringify(notes.split),
    ...(notes.csv && Object.keys(notes.csv).length > 0 && { csv: JSON.stringify(notes.csv) }),
    run: JSON.stringify(notes.run),
    ...scoresMetadata(notes.scores),
    writtenBy: `@diffeo/cli ${version()}`,
  }) satisfies Metadata;

/** A column from a model file: its name alone, or all that is known of it. `null` for what is none. */
function columnFrom(entry: unknown): Column | null {
  if (typeof entry === 'string') return { name: entry, kind: 'real' };
  const { name, kind, origin = 0, unit = 1, categories } = (entry ?? {}) as Partial<Column>;
  const isKnown = typeof name === 'string' && columnKinds.some((one) => one === kind);
  const isPlaced = Number.isFinite(origin) && Number.isFinite(unit) && unit !== 0;
  const isListed =
    categories === undefined || (Array.isArray(categories) && categories.every((one) => typeof one === 'string'));
  return isKnown && isPlaced && isListed ? (entry as Column) : null;
}

function parseColumns(text: string, size: number, name = 'columns'): readonly Column[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    entries = null;
  }
  const columns = Array.isArray(entries) ? entries.map(columnFrom) : [];
  if (columns.length === size && columns.every((column) => column !== null)) return columns;
  throw new DiffeoError(
    'FILE',
    `its metadata entry '${name}' must be a JSON list of ${size} names or columns; got ${text.slice(0, 80)}`,
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

/** The checksum in the record of a run; `null` where there is none. */
function parseChecksum(run: string): string | null {
  try {
    const checksum: unknown = JSON.parse(run)?.[dataChecksum];
    return typeof checksum === 'string' ? checksum : null;
  } catch {
    return null;
  }
}

/** The notes in a model file's metadata; `size` is how many numbers one row of its data has, `contextSize` how many of its context. Throws `FILE`. */
export const notesOf = (
  { columns, context, data, flow, split, csv, run, scores, writtenBy }: Metadata,
  size: number,
  contextSize = 0,
): ModelNotes => ({
  columns: columns === undefined ? null : parseColumns(columns, size),
  context: context === undefined ? null : parseColumns(context, contextSize, 'context'),
  data: data ?? null,
  flow: flow ?? null,
  split: split === undefined ? null : parseSplit(split),
  csv: csv === undefined ? null : parseFormat(csv),
  dataChecksum: run === undefined ? null : parseChecksum(run),
  scores: scores === undefined ? null : parseScoreNotes(scores),
  writtenBy: writtenBy ?? null,
});
