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

/** What a line holds that readers pass over: carriage returns and spaces. */
const isBlankByte = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x20;

/**
 * Cuts a file of text into stretches of so many lines, where no quoted field goes on past the line's end (RFC 4180). The first
 * `headLines` lines belong to none.
 *
 * @returns the stretches, and where the head ends.
 */
export async function lineShards(
  path: string | URL,
  { rows, headLines, quotes }: { readonly rows: number; readonly headLines: number; readonly quotes: boolean },
): Promise<{ readonly head: number; readonly shards: readonly LineShard[] }> {
  const shards: LineShard[] = [];
  let [at, line, head, begin, firstRow] = [0, 0, 0, 0, 0];
  let isInside = false;
  let isEmpty = true;
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
        continue;
      }
      if (isEmpty) continue;
      isEmpty = true;
      line++;
      if (line === headLines) {
        head = at + i + 1;
        begin = head;
      } else if (line > headLines && (line - headLines) % rows === 0) close(at + i + 1);
    }
    at += bytes.length;
  }
  close(at);
  return { head, shards };
}
