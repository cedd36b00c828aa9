import { refusal } from '../problems/csv-refusal.ts';

/** How many characters of a file are looked at before it is read. */
const headLength = 2 ** 16;

/** A line that is longer than this is none: nobody ends lines in it. */
const longestLine = 2 ** 26;

/** Lines that a head has at least, if the file has them. */
const fewestLines = 4;

const countLines = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** The beginning of a file. */
export interface CsvHead {
  readonly text: string;
  /** Whether this is all of it. */
  readonly isWhole: boolean;
}

/** Reads the beginning of a file; the generator goes on after it. Throws `CSV_ENCODING` and `CSV_LINE`. */
export async function readHead(text: AsyncGenerator<string>, source: string): Promise<CsvHead> {
  const pieces: string[] = [];
  let length = 0;
  let lines = 0;
  while (length < headLength || lines < fewestLines) {
    const { done, value } = await text.next();
    if (done) return { text: withoutMark(pieces.join('')), isWhole: true };
    if (pieces.length === 0) requireText(value, source);
    pieces.push(value);
    length += value.length;
    lines += countLines(value);
    if (length > longestLine) {
      const problem = `${source} has ${lines === 0 ? 'no line break' : `only ${lines} line breaks`} in its first ${length} characters: it is not a table`;
      throw refusal('CSV_LINE', { problem: `${problem}.`, advice: [] });
    }
  }
  return { text: withoutMark(pieces.join('')), isWhole: false };
}

const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

/** What files of other kinds begin with. */
const kinds: readonly (readonly [begin: string, name: string, advice: string])[] = [
  ['PK\x03\x04', 'a ZIP archive or a spreadsheet', 'Unpack it, or export it as CSV'],
  ['\xd0\xcf\x11\xe0', 'an old spreadsheet', 'Export it as CSV'],
  ['PAR1', 'a Parquet file', 'Export it as CSV'],
  ['\x89HDF', 'an HDF5 file', 'Export it as CSV'],
  // The same byte, where the text is taken for Windows-1252.
  ['\u2030HDF', 'an HDF5 file', 'Export it as CSV'],
  ['SQLite format', 'a database', 'Export a table of it as CSV'],
  ['%PDF-', 'a PDF document', 'Export its table as CSV'],
  ['BZh', 'packed by bzip2', 'Unpack it first'],
  ['\xfd7zXZ', 'packed by xz', 'Unpack it first'],
];

/** Throws `CSV_ENCODING` for what is not text. */
function requireText(begin: string, source: string): void {
  const kind = kinds.find(
    ([magic]) => begin.startsWith(magic) || begin.startsWith(magic.replace(/[\x80-\xff]/g, '\ufffd')),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell what is not text
  const isBinary = /[\u0000-\u0008\u000e-\u0019]/.test(begin);
  if (!kind && !isBinary) return;
  const [, name, advice] = kind ?? ['', 'binary', 'Give a file of text'];
  throw refusal('CSV_ENCODING', { problem: `${source} is ${name}, and no text. ${advice}.`, advice: [] });
}
