import { DiffeoError } from '@diffeo/core';
import { type Cell, cellOf, type Rows, typedReader } from './collect-table.ts';
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

/** Apache Parquet, a group of rows at a time, by hyparquet, which is loaded with the first such file. */
export const parquetReader = typedReader({
  name: 'parquet',
  format: 'Parquet',
  recognise: (head) => beginsWith(head, 'PAR1'),
  async open(source, { signal }) {
    const [{ parquetMetadataAsync, parquetRead, parquetSchema }, { compressors }] = await Promise.all([
      import('hyparquet'),
      import('hyparquet-compressors'),
    ]);
    const file = await partsOf(source);
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    if (names.length === 0) throw new DiffeoError('FILE', `${source.name} has no columns.`);
    async function* groups(): AsyncGenerator<Rows> {
      let begin = 0;
      for (const { num_rows: all } of metadata.row_groups) {
        if (signal?.aborted) throw new DiffeoError('CANCELLED', `cancelled while ${source.name} was read`);
        const rowEnd = begin + Number(all);
        const columns = new Map<string, ArrayLike<unknown>[]>();
        await parquetRead({
          ...{ file, metadata, compressors, rowStart: begin, rowEnd },
          onChunk: ({ columnName, columnData }) => {
            const pieces = columns.get(columnName);
            if (pieces) pieces.push(columnData);
            else columns.set(columnName, [columnData]);
          },
        });
        yield rowsOf(
          names.map((name) => joined(columns.get(name) ?? [])),
          rowEnd - begin,
        );
        begin = rowEnd;
      }
    }
    return { names, batches: groups() };
  },
});
