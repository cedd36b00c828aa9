import { DiffeoError } from '@diffeo/core';
import { columnFinder, distinctNames } from '../csv/columns/csv-columns.ts';
import { csvCollector } from '../csv/csv-collector.ts';
import { type CsvNote, type CsvOptions, csvSettings, type ReadTable } from '../csv/csv-options.ts';
import { sampleColumns } from '../csv/layout/csv-header.ts';
import type { CsvLayout } from '../csv/layout/csv-layout.ts';
import { refusal } from '../csv/problems/csv-refusal.ts';
import { refuseGuesses } from '../csv/problems/refuse-guesses.ts';

/** What a format with types has in a row: numbers as they are, all else as text; nothing where a value is missing. */
export type Cell = string | number;

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
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? '' : value.toISOString().replace('T00:00:00.000Z', '');
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value === 'object')
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner));
  return String(value);
}

/**
 * A table of rows that come some at a time, by the rules for text: kinds, gaps, origins. Throws what `parseCsv` throws of
 * rows and columns, and `CONFIG` for options that say how text is laid out.
 */
export async function collectTable(
  given: readonly string[],
  batches: AsyncIterable<Rows> | Iterable<Rows>,
  options: CsvOptions,
): Promise<ReadTable> {
  const settings = csvSettings(options);
  const { source } = settings;
  const unused = textOptions.find((name) => options[name] !== undefined);
  if (unused) throw new DiffeoError('CONFIG', `${source} is not a file of text, which the option ${unused} is for.`);
  const notes: CsvNote[] = [];
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
    const sample = first.map((cells, i) => ({ fields: cells.map(String), line: i + 1 }));
    const layout: CsvLayout = {
      ...{ delimiter: ',', comment: null, text: '', linesBefore: 0, recordsBefore: 0, width: names.length, names },
      ...{ header: names, isNamed: given.map((name) => name !== ''), decimals: names.map(() => '.' as const), sample },
      columns: sampleColumns(sample, names.length, settings.isMissing),
    };
    const begun = csvCollector(layout, chosen, settings, notes);
    for (const cells of first) begun.addRow(cells, ++line);
    return begun;
  };
  for await (const rows of batches) {
    for (const cells of rows) {
      if (collector) collector.addRow(cells, ++line);
      else if (first.push(cells) >= sampled) collector = begin();
    }
  }
  const table = (collector ?? begin()).table();
  if (settings.isStrict) refuseGuesses(table, settings);
  return table;
}
