import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { oneLine } from '@diffeo/core/arguments';
import type { CsvOptions, ReadTable } from '../csv/csv-options.ts';
import { joinBytes } from '../files/join-bytes.ts';

/** The bytes of a file, a stream, or of memory. */
export interface ByteSource {
  /** What messages call them; a file's name. */
  readonly name: string;
  /** All bytes in their order, a piece at a time. Of a stream to be asked for once. */
  chunks(): AsyncIterable<Uint8Array>;
  /** How many there are, and some of them, where they can be had in any order. */
  readonly parts?: { readonly size: number; slice(begin: number, end: number): Promise<Uint8Array> };
}

/** A format that data are read from. */
export interface Reader<Options, Data> {
  readonly name: string;
  /** Whether it reads files that begin so: `head` is the first 4,096 bytes, or all there are. */
  recognise(head: Uint8Array, name: string): boolean;
  /** Reads the data. Throws a DiffeoError for what is cut, damaged, or holds none of the kind. */
  read(source: ByteSource, options: Options): Promise<Data>;
}

/**
 * A format that tables are read from. A table may lie in several files of the format: they have the same columns by name, and their rows follow one
 * another. `options.source` is what messages call all of them.
 */
export interface TableReader extends Omit<Reader<CsvOptions, ReadTable>, 'read'> {
  read(sources: readonly ByteSource[], options: CsvOptions): Promise<ReadTable>;
}

// biome-ignore lint/suspicious/useAwait: it is to look like a stream
async function* inOnePiece(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}

/** Bytes in memory or coming in, as a source. */
export function sourceOf(data: Uint8Array | AsyncIterable<Uint8Array>, name = 'the data'): ByteSource {
  if (!(data instanceof Uint8Array)) return { name, chunks: () => data };
  return {
    name,
    chunks: () => inOnePiece(data),
    parts: { size: data.length, slice: async (begin, end) => data.slice(begin, end) },
  };
}

/** Whether bytes begin with these characters, each of one byte. */
export const beginsWith = (head: Uint8Array, begin: string): boolean =>
  head.length >= begin.length && [...begin].every((character, i) => head[i] === character.charCodeAt(0));

/** Formats that are read whole may have so many bytes. */
const maxBytes = 2 ** 30;

/** All bytes of a source. Throws `FILE` where there are more than 1 GiB. */
export async function allBytes({ name, chunks, parts }: ByteSource): Promise<Uint8Array> {
  const tooMany = () => new DiffeoError('FILE', `${name} has more than the ${maxBytes} bytes that are read at most.`);
  if (parts && parts.size > maxBytes) throw tooMany();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of chunks()) {
    pieces.push(piece);
    size += piece.length;
    if (size > maxBytes) throw tooMany();
  }
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  return joinBytes(pieces);
}

/** What was thrown while a file was read, as an error that names the file. What names it already stays. */
export function damagedFile(name: string, format: string, cause: unknown): DiffeoError {
  if (isDiffeoError(cause) && (cause.code !== 'FILE' || cause.message.includes(name))) return cause;
  const reason = oneLine(String((cause as Error)?.message ?? cause)).slice(0, 200);
  return new DiffeoError('FILE', `${name} cannot be read as ${format}: it is cut or damaged (${reason}).`, { cause });
}
