import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DiffeoError } from '@diffeo/core';
import type { CsvOptions, ReadTable } from '../csv/csv-options.ts';
import { parseCsv } from '../csv/parse-csv.ts';
import { openParquet, parquetGroups, parquetReader } from '../readers/parquet-reader.ts';
import { tableReaders } from '../readers/read-table.ts';
import { fileParts, readTableFile } from '../readers/read-table-file.ts';
import type { ByteSource } from '../readers/reader.ts';
import { lineShards } from './line-shards.ts';

/** A part of a table's file that can be read without the rest: data that say where it lies. */
export interface TableShard {
  /** The number of its first row in the file, from 0. */
  readonly firstRow: number;
  /** The groups of a Parquet file, from `begin` up to `end`. */
  readonly groups?: readonly [begin: number, end: number];
  /** The bytes of a file of text, and how many there are before the first row of the file. */
  readonly bytes?: readonly [begin: number, end: number];
  readonly head?: number;
}

/** The shard of a file that is read as a whole. */
const whole: TableShard = { firstRow: 0 };

/** Notes of a layout whose parts do not tell what they are. */
const indivisible: ReadonlySet<string> = new Set([
  'ENCODING',
  'SEPARATOR_LINE',
  'COMMENTS',
  'PREAMBLE',
  'UNITS',
  'FOOTER',
  'REPEATED_HEADER',
]);

/** So many bytes tell a layout. */
const beginning = 2 ** 18;

async function parquetSource(path: string): Promise<ByteSource> {
  const parts = await fileParts(path);
  const chunks = (): AsyncIterable<Uint8Array> => {
    throw new DiffeoError('FILE', `${path} is packed or a pipe: its groups cannot be read one by one`);
  };
  return { name: basename(path), chunks, ...(parts && { parts }) };
}

/** Groups of a Parquet file, as many together as have so many rows at most, and one at least. */
async function parquetShards(path: string, rows: number): Promise<TableShard[]> {
  const { groups } = await openParquet(await parquetSource(path));
  const shards: TableShard[] = [];
  let [begin, firstRow, count] = [0, 0, 0];
  for (const [group, size] of groups.entries()) {
    if (count > 0 && count + size > rows) {
      shards.push({ firstRow, groups: [begin, group] });
      [begin, firstRow, count] = [group, firstRow + count, 0];
    }
    count += size;
  }
  if (count > 0) shards.push({ firstRow, groups: [begin, groups.length] });
  return shards;
}

async function textShards(path: string, head: Uint8Array, rows: number, options: CsvOptions): Promise<TableShard[]> {
  // The last line may be cut in the middle.
  const { size } = await stat(path);
  const end = head.length < size ? head.lastIndexOf(0x0a) + 1 : head.length;
  const { columns, notes } = await parseCsv(head.subarray(0, end), { take: 'all', missing: 'keep', ...options });
  // Comments that are asked for may come anywhere.
  const hasComments = typeof options.comment === 'string';
  if (hasComments || notes.some(({ code }) => indivisible.has(code))) return [whole];
  const hasNames =
    options.header === true || (options.header !== false && columns.some(({ name, place }) => name !== `${place}`));
  const cut = await lineShards(path, { rows, headLines: hasNames ? 1 : 0, quotes: options.quotes !== false });
  if (!cut) return [whole];
  return cut.shards.map((shard) => ({ firstRow: shard.firstRow, bytes: [shard.begin, shard.end], head: cut.head }));
}

async function beginningOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new DiffeoError('FILE', `${path} cannot be read: ${cause.message}`, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning), 0, beginning, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Cuts a table's file into parts of about so many rows, for {@link readTableShard}: groups of Parquet, lines of CSV. Other formats,
 * packed files, and text with titles, comments, totals or a header that comes again are one part. Node only.
 *
 * @param options as `readTableFile` takes them.
 * @throws DiffeoError `FILE`, and what `parseCsv` throws of the file's beginning.
 */
export async function tableShards(
  path: string,
  { rows, ...options }: CsvOptions & { readonly rows: number },
): Promise<readonly TableShard[]> {
  const head = await beginningOf(path);
  const reader = tableReaders.find((one) => one.recognise(head.subarray(0, 4096), path));
  if (reader === parquetReader) return await parquetShards(path, rows);
  const isText = reader?.name === 'csv' && (await fileParts(path)) !== undefined;
  return isText ? await textShards(path, head, rows, options) : [whole];
}

/**
 * Reads a part of a table's file, and no more of it. Node only.
 *
 * @throws DiffeoError as `readTableFile` does; `FILE` where the part is not all there, `DATA` where it ends as a table does and the
 * file goes on.
 */
export async function readTableShard(path: string, shard: TableShard, options: CsvOptions = {}): Promise<ReadTable> {
  const { groups, bytes, head = 0 } = shard;
  const source = options.source ?? basename(path);
  if (groups) {
    const [begin, end] = groups;
    return await parquetGroups(begin, end).read([await parquetSource(path)], { take: 'all', source, ...options });
  }
  if (!bytes) return await readTableFile(path, options);
  const parts = await fileParts(path);
  if (!parts) throw new DiffeoError('FILE', `${path} cannot be read`);
  const [begin, end] = bytes;
  const pieces = [await parts.slice(0, head), await parts.slice(begin, end)];
  const [found, wanted] = [pieces.reduce((sum, { length }) => sum + length, 0), head + end - begin];
  if (found !== wanted) {
    throw new DiffeoError('FILE', `${source}: ${found} bytes of a part were read, and it has ${wanted}: was it cut?`);
  }
  const table = await parseCsv(pieces, { take: 'all', source, ...options, header: head > 0 });
  const footer = table.notes.find(({ code }) => code === 'FOOTER');
  // At the end of the file it is left out of the whole too.
  if (footer && end < parts.size) {
    throw new DiffeoError(
      'DATA',
      `${source}, in the part from row ${shard.firstRow + 1} on: ${footer.text}. More follows it`,
    );
  }
  return table;
}
