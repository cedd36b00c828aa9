import { isDiffeoError } from '@diffeo/core';
import { parse } from '#csv-parse';
import { joinBlanks } from '../layout/join-blanks.ts';
import { refusal } from '../problems/csv-refusal.ts';

/** How to cut text into records. */
export interface RecordOptions {
  /** A blank stands for any number of blanks and tabs. */
  readonly delimiter: string;
  /** What begins lines that are passed over. */
  readonly comment: string | null;
  /** Whether quotes stand around fields. */
  readonly quotes: boolean;
  /** How many lines of the file come before the text. */
  readonly linesBefore: number;
  readonly source: string;
  /** Called for each record with its fields and the line (from 1) on which it starts. What it throws ends the reading. */
  onRecord(fields: string[], line: number): void;
}

/** No record is longer than this many characters: a quote that is never closed would make one of the whole file. */
const longestRecord = 2 ** 26;

const lineBreaks = (fields: readonly string[], pattern: RegExp): number =>
  fields.reduce((count, field) => count + (field.match(pattern)?.length ?? 0), 0);

/** What csv-parse throws. */
type ParseError = Error & { readonly code: string; readonly lines: number };

const isParseError = (error: unknown): error is ParseError =>
  error instanceof Error && !isDiffeoError(error) && 'code' in error && 'lines' in error;

function explain(cause: ParseError, source: string, line: number, read: number) {
  const how = 'A field with quotes in it is written "like ""this"""; where quotes are characters as any other, say so.';
  const advice = [{ quotes: false }];
  if (cause.code === 'CSV_QUOTE_NOT_CLOSED' || cause.code === 'CSV_MAX_RECORD_SIZE') {
    const problem = `${source}, after line ${read}: a quote is opened and not closed. ${how}`;
    return refusal('CSV_QUOTE', { problem, line: read, advice });
  }
  return refusal('CSV_QUOTE', {
    problem: `${source}, line ${line}: a quote stands where none can. ${how}`,
    line,
    advice,
  });
}

/** The lines of a text, whatever ends them. */
const linesOf = (text: string): string[] => text.split(text.includes('\r') ? /\r\n|\n|\r/ : '\n');

/**
 * Cuts text into records as long as no quote stands in it, by its delimiter alone, which is several times as fast as looking
 * at each character. Gives the line that it came to, and the text of which lines are not read yet; `null` where all are.
 */
async function readPlainRecords(
  text: AsyncIterator<string>,
  { delimiter, comment, quotes, linesBefore, onRecord }: Omit<RecordOptions, 'source'>,
): Promise<{ readonly line: number; readonly rest: string | null }> {
  let line = linesBefore;
  let kept = '';
  const take = (lines: readonly string[]): void => {
    for (const each of lines) {
      line++;
      const fields = each.split(delimiter);
      for (let i = 0; i < fields.length; i++) fields[i] = (fields[i] as string).trim();
      if (fields.length === 1 && fields[0] === '') continue;
      if (comment !== null && ((fields[0] as string).startsWith(comment) || each.startsWith(comment))) continue;
      onRecord(fields, line);
    }
  };
  for (let next = await text.next(); !next.done; next = await text.next()) {
    const whole = kept + next.value;
    if ((quotes && next.value.includes('"')) || whole.length > longestRecord) return { line, rest: whole };
    // A carriage return at the end may be the first half of a line end.
    const held = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const end = Math.max(held.lastIndexOf('\n'), held.lastIndexOf('\r'));
    if (end < 0) {
      kept = whole;
      continue;
    }
    take(linesOf(held.slice(0, held[end - 1] === '\r' && held[end] === '\n' ? end - 1 : end)));
    kept = whole.slice(end + 1);
  }
  if (kept !== '') take([kept.replace(/\r$/, '')]);
  return { line, rest: null };
}

async function* followed(rest: string, text: AsyncIterator<string>): AsyncGenerator<string> {
  yield rest;
  for (let next = await text.next(); !next.done; next = await text.next()) yield next.value;
}

async function* piecesOf(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  yield* text;
}

/**
 * Cuts text into records of fields, as it comes in: by lines and delimiters up to the first quote, by csv-parse from there on.
 * Empty lines are passed over. Throws `CSV_QUOTE`.
 */
export async function readRecords(
  text: AsyncIterable<string> | Iterable<string>,
  options: RecordOptions,
): Promise<void> {
  const pieces = piecesOf(options.delimiter === ' ' ? joinBlanks(text) : text);
  const { line, rest } = await readPlainRecords(pieces, options);
  if (rest !== null) await readQuotedRecords(followed(rest, pieces), { ...options, linesBefore: line });
}

async function readQuotedRecords(
  text: AsyncIterable<string>,
  { delimiter, comment, quotes, linesBefore, source, onRecord }: RecordOptions,
): Promise<void> {
  let read = linesBefore;
  // csv-parse counts a line break of two characters inside quotes twice.
  let surplus = -linesBefore;
  const parser = parse({
    delimiter,
    comment,
    comment_no_infix: true,
    quote: quotes ? '"' : null,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
    record_delimiter: ['\r\n', '\n', '\r'],
    on_record: (fields: string[], { lines }) => {
      // A record of one line, as most are, has no line breaks to be looked for.
      if (lines - surplus === read + 1) {
        read++;
        onRecord(fields, read);
        return null;
      }
      surplus += lineBreaks(fields, /\r\n/g);
      read = lines - surplus;
      onRecord(fields, read - lineBreaks(fields, /\r\n|\n|\r/g));
      return null;
    },
  });
  const finished = new Promise<void>((resolve, reject) => {
    parser.once('error', reject);
    parser.once('end', resolve);
  });
  // It may fail while nobody waits for it; the write that made it fail reports that.
  finished.catch(() => undefined);
  parser.resume();
  const write = (piece: string): Promise<void> =>
    new Promise((resolve, reject) => parser.write(piece, (error) => (error ? reject(error) : resolve())));
  try {
    for await (const piece of text) await write(piece);
    parser.end();
    await finished;
  } catch (error) {
    throw isParseError(error) ? explain(error, source, error.lines - surplus, read) : error;
  }
}
