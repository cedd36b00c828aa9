import { DiffeoError } from '@diffeo/core';
import type { Cell } from '../csv/columns/cell.ts';
import { cellOf, type Rows, typedReader } from './collect-table.ts';
import { type PageTools, requireHonestPages } from './parquet-pages.ts';
import { allBytes, type ByteSource, beginsWith } from './reader.ts';

/** What hyparquet reads from. */
interface Parts {
  readonly byteLength: number;
  slice(begin: number, end?: number): Promise<ArrayBuffer>;
}

async function partsOf(source: ByteSource): Promise<Parts> {
  const { parts } = source;
  if (!parts) {
    const bytes = await allBytes(source);
    return {
      byteLength: bytes.length,
      slice: async (begin, end = bytes.length) => bytes.slice(begin, end).buffer as ArrayBuffer,
    };
  }
  const { size } = parts;
  return {
    byteLength: size,
    slice: async (begin, end = size) => {
      const [from, to] = [Math.max(0, begin < 0 ? size + begin : begin), Math.min(end, size)];
      const bytes = await parts.slice(from, to);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
}

const joined = (pieces: readonly ArrayLike<unknown>[]): ArrayLike<unknown> =>
  pieces.length === 1 ? (pieces[0] as ArrayLike<unknown>) : pieces.flatMap((piece) => Array.from(piece));

function* rowsOf(columns: readonly ArrayLike<unknown>[], count: number): Generator<Cell[]> {
  if (columns.some(({ length }) => length !== count)) {
    throw new DiffeoError('FILE', `not all columns have ${count} rows`);
  }
  for (let row = 0; row < count; row++) yield columns.map((column) => cellOf(column[row]));
}

/** A Parquet file whose end was read: what is in it, and where. */
interface OpenParquet {
  readonly names: readonly string[];
  /** How many rows each of its groups has. */
  readonly groups: readonly number[];
  /** The rows of one group. */
  read(group: number): Promise<Rows>;
}

/** Opens a Parquet file by hyparquet, which is loaded with the first. Throws `FILE` where it has no columns. */
export async function openParquet(source: ByteSource): Promise<OpenParquet> {
  const [{ parquetMetadataAsync, parquetRead, parquetSchema }, { compressors }, column, page, schema] =
    await Promise.all([
      import('hyparquet'),
      import('hyparquet-compressors'),
      import('hyparquet/src/column.js'),
      import('hyparquet/src/datapage.js'),
      import('hyparquet/src/schema.js'),
    ]);
  const tools: PageTools = { ...column, ...page, ...schema };
  const file = await partsOf(source);
  const metadata = await parquetMetadataAsync(file);
  const tree = parquetSchema(metadata);
  const names = tree.children.map(({ element }) => element.name);
  if (names.length === 0) throw new DiffeoError('FILE', `${source.name} has no columns.`);
  const groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  return {
    names,
    groups,
    read: async (group) => {
      const rowStart = groups.slice(0, group).reduce((sum, rows) => sum + rows, 0);
      const rowEnd = rowStart + (groups[group] as number);
      const columns = new Map<string, ArrayLike<unknown>[]>();
      for (const { meta_data: own } of metadata.row_groups[group]?.columns ?? []) {
        if (!own) continue;
        const begin = Number(own.dictionary_page_offset || own.data_page_offset);
        const bytes = await file.slice(begin, begin + Number(own.total_compressed_size));
        const path = schema.getTreePath(tree, own.path_in_schema);
        requireHonestPages(bytes, { column: own, path, rows: rowEnd - rowStart }, tools, compressors);
      }
      await parquetRead({
        ...{ file, metadata, compressors, rowStart, rowEnd },
        onChunk: ({ columnName, columnData }) => {
          const pieces = columns.get(columnName);
          if (pieces) pieces.push(columnData);
          else columns.set(columnName, [columnData]);
        },
      });
      return rowsOf(
        names.map((name) => joined(columns.get(name) ?? [])),
        rowEnd - rowStart,
      );
    },
  };
}

/** Apache Parquet, a group of rows at a time, from one group up to another. */
export const parquetGroups = (begin: number, end: number) =>
  typedReader({
    name: 'parquet',
    format: 'Parquet',
    recognise: (head) => beginsWith(head, 'PAR1'),
    async open(source, { signal }) {
      const { names, groups, read } = await openParquet(source);
      async function* batches(): AsyncGenerator<Rows> {
        for (let group = begin; group < Math.min(end, groups.length); group++) {
          if (signal?.aborted) throw new DiffeoError('CANCELLED', `cancelled while ${source.name} was read`);
          yield await read(group);
        }
      }
      return { names, batches: batches() };
    },
  });

/** Apache Parquet, a group of rows at a time. */
export const parquetReader = parquetGroups(0, Infinity);
