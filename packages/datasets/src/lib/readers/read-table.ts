import { DiffeoError } from '@diffeo/core';
import type { CsvOptions, ReadTable } from '../csv/csv-options.ts';
import { refusal } from '../csv/problems/csv-refusal.ts';
import { joinBytes } from '../files/join-bytes.ts';
import { arrowReader } from './arrow/arrow-reader.ts';
import { csvReader } from './csv-reader.ts';
import { jsonReader } from './json-reader.ts';
import { npyReader, npzReader } from './npy-reader.ts';
import { parquetReader } from './parquet-reader.ts';
import { type ByteSource, sourceOf, type TableReader } from './reader.ts';

/** The readers of tables, in the order in which they are asked; the first that recognises a file reads it. */
export const tableReaders: readonly TableReader[] = [
  parquetReader,
  arrowReader,
  npyReader,
  npzReader,
  jsonReader,
  csvReader,
];

const headSize = 4096;

/** A source with its beginning, which is not lost. */
async function peeked(
  source: ByteSource,
): Promise<{ readonly head: Uint8Array; readonly source: ByteSource; close(): Promise<void> }> {
  const iterator = source.chunks()[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < headSize) {
    const next = await iterator.next();
    if (next.done) break;
    first.push(next.value);
    size += next.value.length;
  }
  const all = joinBytes(first);
  return {
    head: all.subarray(0, headSize),
    close: async () => void (await iterator.return?.()),
    source: {
      ...source,
      async *chunks() {
        if (all.length > 0) yield all;
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
      },
    },
  };
}

/**
 * Reads a table of any format that a reader of the list recognises by its first bytes: Parquet, Arrow and Feather, JSON lines
 * and documents, NPY, NPZ, and text of any layout. Everything is taken, as with `parseCsv`'s `take: 'all'`, unless options say
 * otherwise. Works in Node and in browsers; the libraries for Parquet and Arrow are loaded with the first such file.
 *
 * Throws what `parseCsv` throws, and `FILE` for what is cut or damaged.
 *
 * @example
 * const bytes = new TextEncoder().encode('{"x": 1, "kind": "a"}\n{"x": 2.5, "kind": "b"}\n');
 * console.log((await readTable(bytes)).count); // 2
 */
export async function readTable(
  data: Uint8Array | AsyncIterable<Uint8Array> | ByteSource,
  options: CsvOptions = {},
): Promise<ReadTable> {
  const given = data instanceof Uint8Array || !('chunks' in data) ? sourceOf(data as Uint8Array, options.source) : data;
  return await readTables([given], options);
}

const readerOf = (head: Uint8Array, name: string): TableReader =>
  tableReaders.find((one) => one.recognise(head, name)) ?? csvReader;

/** A source that is refused if it is of another format than the first. */
const alike = (source: ByteSource, reader: TableReader, first: string): ByteSource => ({
  ...source,
  async *chunks() {
    const { head, source: whole, close } = await peeked(source);
    try {
      const own = readerOf(head, source.name);
      if (own !== reader) {
        throw new DiffeoError(
          'FILE',
          `${source.name} is a file of ${own.name}, and ${first} one of ${reader.name}: files of one table are alike.`,
        );
      }
      yield* whole.chunks();
    } finally {
      await close();
    }
  },
});

/**
 * Reads a table whose rows lie in several sources of one format, with the same columns by name, as {@link readTable} reads one. Kinds are those of
 * all rows together. `source` is what messages call all of them.
 *
 * Throws `CSV_HEADER` where the columns of one are not those of the first, and `FILE` for other formats.
 */
export async function readTables(sources: readonly ByteSource[], options: CsvOptions = {}): Promise<ReadTable> {
  const [given, ...others] = sources;
  if (!given) throw new DiffeoError('FILE', 'there is no file to read.');
  const name = options.source ?? sources.map((source) => source.name).join(', ');
  const { head, source, close } = await peeked(given);
  try {
    const reader = readerOf(head, source.name);
    const all = [source, ...others.map((other) => alike(other, reader, source.name))];
    return await reader.read(all, { take: 'all', ...options, source: name });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw refusal('MEMORY', { problem: `${name} is larger than memory holds: ${cause.message}.`, advice: [] });
  } finally {
    await close();
  }
}
