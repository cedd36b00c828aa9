import { DiffeoError } from '@diffeo/core';
import { columnFinder } from './columns/csv-columns.ts';
import { type FileColumns, placesOfColumns } from './columns/same-columns.ts';
import { type CsvCollector, csvCollector } from './csv-collector.ts';
import { type CsvNote, type CsvOptions, csvSettings, type ReadTable } from './csv-options.ts';
import { type CsvSource, csvText } from './csv-source.ts';
import { readHead } from './layout/csv-head.ts';
import { type CsvLayout, detectLayout } from './layout/csv-layout.ts';
import { refusal } from './problems/csv-refusal.ts';
import { refuseGuesses } from './problems/refuse-guesses.ts';
import { shown } from './problems/shown.ts';
import { readRecords } from './text/csv-records.ts';
import type { FoundEncoding } from './text/decode-text.ts';

const encodings: Readonly<Record<FoundEncoding, string>> = {
  'windows-1252': 'its text is not UTF-8 and is read as Latin-1 (Windows-1252)',
  'utf-16le': 'its text is UTF-16',
  'utf-16be': 'its text is UTF-16',
  'damaged utf-8': 'some of its characters are damaged: they are not UTF-8',
};

async function* joined(head: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}

function requireOptions({ delimiter, comment, skip, decimal }: CsvOptions): void {
  const refuse = (what: string, got: unknown): never => {
    throw new DiffeoError('CONFIG', `${what}; got ${JSON.stringify(got)}.`);
  };
  if (delimiter !== undefined && !/^[^"\r\n]+$/.test(delimiter)) {
    refuse('A delimiter is one or more characters, none a quote or a line break', delimiter);
  }
  if (comment !== undefined && comment !== false && !/^[^\s"]\S*$/.test(comment)) {
    refuse('What begins a comment is one or more characters, none a blank or a quote', comment);
  }
  if (skip !== undefined && !(Number.isSafeInteger(skip) && skip >= 0)) refuse('skip is a number of lines', skip);
  if (decimal !== undefined && decimal !== '.' && decimal !== ',') refuse("decimal is '.' or ','", decimal);
}

/** Where the chosen columns stand, and whether they were chosen by what they are called. */
function chosenColumns(
  { names, header }: { readonly names: readonly string[]; readonly header: readonly string[] | null },
  { columns, exclude, kinds, source }: ReturnType<typeof csvSettings>,
): readonly number[] {
  const find = columnFinder(names, source);
  const taken = columns ? find(columns, 'columns', header !== null) : names.map((_, i) => i);
  const left = new Set(exclude.length > 0 ? find(exclude, 'exclude', header !== null) : []);
  const unknown = Object.keys(kinds).filter((name) => !names.includes(name));
  if (unknown.length > 0) find(unknown, 'exclude', header !== null);
  const chosen = taken.filter((i) => !left.has(i));
  if (chosen.length === 0) throw new DiffeoError('CONFIG', `${source}: every column is excluded.`);
  return chosen;
}

/**
 * Reads a table of numbers from CSV text as it comes in; works in Node and in browsers. What people's files are like is
 * understood, and said in the table's `notes`: names that come twice, fields divided by blanks, comments, titles, rows of
 * units and totals, decimal commas, marks between thousands, currencies, percent signs, UTF-16, Latin-1, gzip. Columns
 * without numbers, and those that count the rows and have no name, are left out unless they are asked for. Numbers are
 * parsed as float64 and stored as float32, after an origin was taken off where float32 would not keep their
 * differences (a column's `origin`). With `take: 'all'` columns of text come too, as categories and dates, each column with the
 * kind that is found out and why, and NaN where a value is missing: `learnable` gives what a density of numbers takes of that.
 *
 * Every error is a DiffeoError that names line and column, and holds as its `cause` ({@link refusalOf}) the options that
 * help: `CSV_EMPTY`, `CSV_ENCODING`, `CSV_LINE` (no line breaks), `CSV_ENDLESS` (the same row again and again, or more
 * numbers than memory holds), `CSV_HEADER`, `CSV_DECIMAL`, `CSV_RAGGED` (rows with more or fewer fields), `CSV_QUOTE`,
 * `CSV_TEXT` and `CSV_NO_NUMBERS` (text where numbers belong), `CSV_MISSING`, `CSV_NOT_FINITE` (infinite, or past the range of
 * float32), `CSV_PRECISION` (a column whose spread float32 does not keep, such as 1e-50), `CSV_UNKNOWN_COLUMN`, `CSV_DUPLICATE_COLUMN`, `GUESSED` (with `strict`), `CONFIG`, `CANCELLED`, `FILE`.
 *
 * @example
 * const table = await parseCsv('height,name,mass\n1.81,Ada,62\n1.64,Kurt,58');
 * console.log(columnNames(table.columns), table.count); // ['height', 'mass'] 2
 */
export function parseCsv(source: CsvSource, options: CsvOptions = {}): Promise<ReadTable> {
  return parseCsvFiles([{ name: options.source ?? csvSettings(options).source, text: () => source }], options);
}

/** A file of a table. */
interface CsvFile {
  /** What messages call it. */
  readonly name: string;
  /** What is in it, asked for when it is its turn. */
  text(): CsvSource;
}

/** What the first file of a table decides for the others. */
interface Begun {
  readonly layout: CsvLayout;
  readonly columns: FileColumns;
  readonly collector: CsvCollector;
}

/** Throws where the numbers of a file are written otherwise than those of the first. */
function requireAlikeDecimals(first: CsvLayout, other: CsvLayout, source: string, places: readonly number[] | null) {
  const isComma = (layout: CsvLayout, i: number) => layout.decimals[i] === ',';
  const at = first.names.findIndex((_, i) => {
    const place = places ? (places[i] as number) : i;
    return place >= 0 && isComma(first, i) !== isComma(other, place);
  });
  if (at < 0) return;
  const problem = `${source} writes the decimals of column ${shown(first.names[at] as string)} otherwise than the file before it: files of one table are alike.`;
  throw refusal('CSV_DECIMAL', { problem, columns: [first.names[at] as string], advice: [] });
}

/** As {@link parseCsv}, of a table whose rows lie in several files, with the same columns by name. */
export async function parseCsvFiles(files: readonly CsvFile[], options: CsvOptions): Promise<ReadTable> {
  requireOptions(options);
  const settings = csvSettings(options);
  const notes: CsvNote[] = [];
  let begun: Begun | null = null;
  for (const { name, text: source } of files) {
    // What is guessed of the first is said, and guessed of the others alike.
    const own = begun ? [] : notes;
    const text = csvText(source(), {
      name,
      onFound: (encoding) => own.push({ code: 'ENCODING', text: encodings[encoding] }),
      signal: options.signal,
    });
    try {
      const head = await readHead(text, name);
      const like = begun ? { ...settings.like, ...formatOf(begun.layout) } : settings.like;
      const layout = await detectLayout(head, { ...settings, source: name, like }, own);
      const columns = { source: name, names: layout.names, hasNames: layout.header !== null };
      begun ??= {
        layout,
        columns,
        collector: csvCollector(layout, chosenColumns(layout, settings), settings, notes),
      };
      const { collector } = begun;
      const wanted = settings.columns && chosenColumns(begun.layout, settings);
      const places = layout === begun.layout ? null : placesOfColumns(begun.columns, columns, wanted);
      requireAlikeDecimals(begun.layout, layout, name, places);
      const { delimiter, comment, linesBefore, recordsBefore, width } = layout;
      let records = 0;
      await readRecords(joined(layout.text, text), {
        ...{ delimiter, comment, quotes: settings.quotes, linesBefore, source: name },
        onRecord(fields, line) {
          if (records++ < recordsBefore) return;
          // What is not a row is for the collector to say.
          const isRow = places !== null && fields.length === width;
          collector.add(isRow ? places.map((place) => fields[place] ?? '') : fields, line);
        },
      });
      collector.endFile();
    } finally {
      await text.return(undefined);
    }
  }
  const table = (begun as Begun).collector.table();
  if (settings.isStrict) refuseGuesses(table, settings);
  return table;
}

/** What others are read like where they do not tell. */
const formatOf = ({ delimiter, decimals }: CsvLayout): CsvOptions['like'] => ({
  delimiter,
  ...(decimals.includes(',') && { decimal: ',' as const }),
});
