import { createReadStream } from 'node:fs';

/** A stretch of lines in a file of text. */
export interface LineShard {
  /** Bytes, from `begin` up to `end`. */
  readonly begin: number;
  readonly end: number;
  /** How many lines there are before it: without those that are empty, and without the first one where it has names. */
  readonly firstRow: number;
}

const [lineFeed, quote] = [0x0a, 0x22];

/** What begins lines of comment. */
const [numberSign, percent] = [0x23, 0x25];

/** What a line holds that readers pass over: carriage returns and spaces. */
const isBlankByte = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x20;

/**
 * What the same fields may be written with and without: quotes, carriage returns, spaces, tabs, a byte order mark, spaces that do not break. What
 * else these bytes are part of is left out of both lines that are compared.
 */
const dressing: ReadonlySet<number> = new Set([quote, 0x0d, 0x20, 0x09, 0xef, 0xbb, 0xbf, 0xc2, 0xa0]);

/** Commas, semicolons and bars: what may divide fields. */
const delimiters: ReadonlySet<number> = new Set([0x2c, 0x3b, 0x7c]);

/** Tells lines that readers pass over, which are no rows: comments, and the header when it comes again, however it is quoted. */
function strayLines(hasHeader: boolean) {
  const header: number[] = [];
  let isFirst = hasHeader;
  let length = 0;
  let isComment: boolean | null = null;
  // As long as a line has the header's fields.
  let isSame = true;
  return {
    /** The next byte of a line, from the first on that is not blank. */
    add(byte: number): void {
      // A quoted field begins no comment.
      if (byte === quote || !dressing.has(byte)) isComment ??= byte === numberSign || byte === percent;
      if (!isSame || dressing.has(byte)) return;
      if (isFirst) header.push(byte);
      // Fields beyond those of the header count for nothing.
      else isSame = length < header.length ? byte === header[length] : length > header.length || delimiters.has(byte);
      length++;
    },
    /** Whether the line that ends here is one. */
    end(): boolean {
      const isStray = isComment === true || (!isFirst && isSame && length >= header.length);
      if (isFirst) while (delimiters.has(header.at(-1) as number)) header.pop();
      [isFirst, isSame, length, isComment] = [false, true, 0, null];
      return isStray;
    },
  };
}

/**
 * Cuts a file of text into stretches of so many lines, where no quoted field goes on past the line's end (RFC 4180). The first
 * `headLines` lines belong to none.
 *
 * @returns the stretches, and where the head ends; `null` where lines that are no rows stand among the others, so that rows cannot be
 * counted by lines.
 */
export async function lineShards(
  path: string | URL,
  { rows, headLines, quotes }: { readonly rows: number; readonly headLines: number; readonly quotes: boolean },
): Promise<{ readonly head: number; readonly shards: readonly LineShard[] } | null> {
  const shards: LineShard[] = [];
  let [at, line, head, begin, firstRow] = [0, 0, 0, 0, 0];
  let isInside = false;
  let isEmpty = true;
  const stray = strayLines(headLines > 0);
  const close = (end: number): void => {
    // Empty lines alone are no stretch.
    if (line - headLines > firstRow || !isEmpty) shards.push({ begin, end, firstRow });
    begin = end;
    firstRow = line - headLines;
  };
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === quote && quotes) isInside = !isInside;
      if (byte !== lineFeed || isInside) {
        isEmpty &&= isBlankByte(byte);
        if (!isEmpty) stray.add(byte as number);
        continue;
      }
      if (isEmpty) continue;
      isEmpty = true;
      line++;
      if (stray.end()) return null;
      if (line === headLines) {
        head = at + i + 1;
        begin = head;
      } else if (line > headLines && (line - headLines) % rows === 0) close(at + i + 1);
    }
    at += bytes.length;
  }
  if (!isEmpty && stray.end()) return null;
  close(at);
  return { head, shards };
}
