import { DiffeoError } from '@diffeo/core';
import { csvNumber } from './csv-number.ts';
import type { CsvSettings } from './csv-options.ts';

/** The columns of a file and which of them to take. */
export interface CsvColumns {
  readonly hasHeader: boolean;
  /** How many fields each row has. */
  readonly width: number;
  /** The names of the columns taken. */
  readonly names: readonly string[];
  /** Where they stand, from 0. */
  readonly at: readonly number[];
}

const isPlace = (column: string | number): boolean => typeof column === 'number' || /^\d+$/.test(column);

const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, 20).map((name) => `'${name}'`);
  return `${shown.join(', ')}${names.length > 20 ? `, … (${names.length} in all)` : ''}`;
};

function detectHeader(first: readonly string[], { columns, header, isMissing, source }: CsvSettings): boolean {
  if (header !== 'auto') return header;
  if (columns?.some((column) => !isPlace(column))) return true;
  const fields = columns ? columns.flatMap((column) => first[Number(column) - 1] ?? []) : first;
  const number = fields.find((field) => csvNumber(field) !== null);
  const text = fields.find((field) => !isMissing(field) && csvNumber(field) === null);
  if (number === undefined || text === undefined) return text !== undefined;
  throw new DiffeoError(
    'CSV_HEADER',
    `${source}: the first row has both text ('${text}') and numbers ('${number}'), so it could be names or data. Say header: true or false (--header or --no-header in the command).`,
  );
}

/** Reads the first record: whether it holds names, and where the columns that are asked for stand. */
export function csvColumns(first: readonly string[], settings: CsvSettings): CsvColumns {
  const { columns, source } = settings;
  const hasHeader = detectHeader(first, settings);
  const all = first.map((field, i) => (hasHeader && field !== '' ? field : `${i + 1}`));
  const hint = hasHeader ? '' : ' Its first row was read as data; if that holds names, say header: true (--header).';
  const find = (column: string | number): number => {
    const named = typeof column === 'string' ? all.indexOf(column) : -1;
    if (named >= 0) return named;
    const place = isPlace(column) ? Number(column) - 1 : -1;
    if (place >= 0 && place < all.length) return place;
    throw new DiffeoError(
      'CSV_UNKNOWN_COLUMN',
      `${source} has no column '${column}'. It has ${all.length}: ${quoted(all)}.${hint}`,
    );
  };
  const at = columns ? columns.map(find) : all.map((_, i) => i);
  if (at.length === 0) throw new DiffeoError('CONFIG', `${source}: the list of columns to take is empty.`);
  const names = at.map((place) => all[place] as string);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  const ambiguous = columns?.find(
    (column) => typeof column === 'string' && all.indexOf(column) !== all.lastIndexOf(column),
  );
  const twice = repeated ?? ambiguous;
  if (twice !== undefined) {
    throw new DiffeoError(
      'CSV_DUPLICATE_COLUMN',
      `${source}: column '${twice}' comes twice. Each column needs a name of its own; columns can also be chosen by number, counted from 1.`,
    );
  }
  return { hasHeader, width: all.length, names, at };
}
