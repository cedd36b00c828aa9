import { DiffeoError } from '@diffeo/core';
import type { CompressionType_ } from '@uwdata/flechette';
import type { Cell } from '../csv/columns/cell.ts';
import { requireHonestMessages, requireRows } from './arrow-messages.ts';
import { cellOf, typedReader } from './collect-table.ts';
import { lz4Frame } from './lz4-frame.ts';
import { allBytes, beginsWith } from './reader.ts';

/** How Arrow's streams begin: the mark of a message that goes on, and the length of the schema. */
const isStream = (head: Uint8Array): boolean =>
  head.length > 12 && head.subarray(0, 4).every((byte) => byte === 0xff) && head[7] === 0 && head[6] === 0;

/** Apache Arrow's files (Feather, version 2) and streams, by flechette, which is loaded with the first such file. */
export const arrowReader = typedReader({
  name: 'arrow',
  format: 'Arrow',
  recognise: (head) => beginsWith(head, 'ARROW1') || isStream(head),
  async open(source) {
    const [{ setCompressionCodec, tableFromIPC }, { decompressZstd }] = await Promise.all([
      import('@uwdata/flechette'),
      import('hyparquet-compressors'),
    ]);
    const encode = (): never => {
      throw new DiffeoError('CONFIG', 'nothing is packed here');
    };
    setCompressionCodec(0 as CompressionType_, { encode, decode: lz4Frame });
    setCompressionCodec(1 as CompressionType_, { encode, decode: (bytes: Uint8Array) => decompressZstd(bytes) });
    const bytes = await allBytes(source);
    requireHonestMessages(bytes, beginsWith(bytes, 'ARROW1'));
    const table = tableFromIPC(bytes, { useDate: true });
    const columns = table.names.map((_, i) => table.getChildAt(i));
    for (const { data } of columns) requireRows(data);
    function* rows(): Generator<Cell[]> {
      for (let row = 0; row < table.numRows; row++) yield columns.map((column) => cellOf(column.at(row)));
    }
    return { names: table.names as string[], batches: [rows()] };
  },
});
