import { DiffeoError } from '@diffeo/core';
import { type Cell, cellText } from '../csv/columns/cell.ts';
import { columnFinder, distinctNames } from '../csv/columns/csv-columns.ts';
import { placesOfColumns } from '../csv/columns/same-columns.ts';
import { csvCollector } from '../csv/csv-collector.ts';
import { type CsvNote, type CsvOptions, csvSettings, type ReadTable } from '../csv/csv-options.ts';
import { sampleColumns } from '../csv/layout/csv-header.ts';
import type { CsvLayout } from '../csv/layout/csv-layout.ts';
import { refusal } from '../csv/problems/csv-refusal.ts';
import { refuseGuesses } from '../csv/problems/refuse-guesses.ts';
import { type ByteSource, damagedFile, type TableReader } from './reader.ts';

/** Some rows that come together. */
export type Rows = Iterable<readonly Cell[]>;

/** Options that say how text is laid out. */
const textOptions = ['header', 'delimiter', 'comment', 'skip', 'quotes', 'decimal'] as const;

/** So many rows tell what columns are. */
const sampled = 500;

/** A value of a format with types as a cell. */
export function cellOf(value: unknown): Cell {
  if (typeof value === 'number') return Number.isNaN(value) ? '' : value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value === 'object')
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner));
  return String(value);
}

/** The rows of one file of a format with types. */
export interface TypedRows {
  readonly names: readonly string[];
  readonly batches: AsyncIterable<Rows> | Iterable<Rows>;
}

/** Rows with their cells where those of the first file stand. */
function* inOrder(rows: Rows, places: readonly number[] | null): Generator<readonly Cell[]> {
  if (!places) yield* rows;
  else for (const cells of rows) yield places.map((place) => cells[place] ?? '');
}

const isNamed = (names: readonly string[]): boolean => names.some((name) => name !== '');

/**
 * A table of rows that come some at a time, of files with the same columns, by the rules for text: kinds, gaps, origins. Throws what `parseCsv` throws of
 * rows and columns, and `CONFIG` for options that say how text is laid out.
 */
async function collectTable(
  sources: readonly ByteSource[],
  open: (source: ByteSource) => Promise<TypedRows>,
  options: CsvOptions,
): Promise<ReadTable> {
  const settings = csvSettings(options);
  const { source } = settings;
  const unused = textOptions.find((name) => options[name] !== undefined);
  if (unused) throw new DiffeoError('CONFIG', `${source} is not a file of text, which the option ${unused} is for.`);
  const notes: CsvNote[] = [];
  const [begun, ...others] = sources as [ByteSource, ...ByteSource[]];
  const { names: given, batches } = await open(begun);
  const names = distinctNames(given);
  const all = names.map((_, i) => i);
  const find = columnFinder(names, source);
  const taken = settings.columns ? find(settings.columns, 'columns', true) : all;
  const left = new Set(settings.exclude.length > 0 ? find(settings.exclude, 'exclude', true) : []);
  const unknown = Object.keys(settings.kinds).filter((name) => !names.includes(name));
  if (unknown.length > 0) find(unknown, 'exclude', true);
  const chosen = taken.filter((i) => !left.has(i));
  if (chosen.length === 0) {
    throw refusal('CSV_EMPTY', { problem: `${source} has no columns to learn from.`, advice: [] });
  }
  const first: (readonly Cell[])[] = [];
  let collector: ReturnType<typeof csvCollector> | null = null;
  let line = 0;
  const begin = () => {
    const sample = first.map((cells, i) => ({ fields: cells.map(cellText), line: i + 1 }));
    const layout: CsvLayout = {
      ...{ delimiter: ',', comment: null, text: '', linesBefore: 0, recordsBefore: 0, width: names.length, names },
      ...{ header: names, isNamed: given.map((name) => name !== ''), decimals: names.map(() => '.' as const), sample },
      columns: sampleColumns(sample, names.length, settings.isMissing),
    };
    const started = csvCollector(layout, chosen, settings, notes);
    for (const cells of first) started.addRow(cells, ++line);
    return started;
  };
  const add = (cells: readonly Cell[]): void => {
    if (collector) collector.addRow(cells, ++line);
    else if (first.push(cells) >= sampled) collector = begin();
  };
  for await (const rows of batches) for (const cells of rows) add(cells);
  const here = { source: begun.name, names, hasNames: isNamed(given) };
  for (const other of others) {
    const own = await open(other);
    const there = { source: other.name, names: distinctNames(own.names), hasNames: isNamed(own.names) };
    const places = placesOfColumns(here, there, settings.columns && chosen);
    for await (const rows of own.batches) for (const cells of inOrder(rows, places)) add(cells);
  }
  const table = (collector ?? begin()).table();
  if (settings.isStrict) refuseGuesses(table, settings);
  return table;
}

/** The reader of a format with types, by how one of its files is opened. What is thrown there that is not ours says that the file is damaged. */
export const typedReader = ({
  name,
  format,
  recognise,
  open,
}: Pick<TableReader, 'name' | 'recognise'> & {
  /** What messages call the format. */
  readonly format: string;
  open(source: ByteSource, options: CsvOptions): Promise<TypedRows>;
}): TableReader => ({
  name,
  recognise,
  read: async (sources, options) => {
    const names = sources.map((source) => source.name).join(', ');
    try {
      return await collectTable(sources, (source) => open(source, options), { source: names, ...options });
    } catch (cause) {
      throw damagedFile(names, format, cause);
    }
  },
});
