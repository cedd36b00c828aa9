import { DiffeoError } from '@diffeo/core';
import type { CompressionType_ } from '@uwdata/flechette';
import type { Cell } from '../../csv/columns/cell.ts';
import { cellOf, typedReader } from '../collect-table.ts';
import { allBytes, beginsWith } from '../reader.ts';
import { requireRows } from './arrow-batches.ts';
import { requireHonestMessages } from './arrow-messages.ts';
import { lie } from './flat-buffers.ts';
import { lz4Frame } from './lz4-frame.ts';

/** How Arrow's streams begin: the mark of a message that goes on, and the length of the schema. */
const isStream = (head: Uint8Array): boolean =>
  head.length > 12 && head.subarray(0, 4).every((byte) => byte === 0xff) && head[7] === 0 && head[6] === 0;

/** What a codec unpacks: as long as the buffer said, by which its lengths were checked, and where numbers of 64 bits may begin. */
const unpackedAs =
  (unpack: (bytes: Uint8Array) => Uint8Array) =>
  (bytes: Uint8Array, length: number): Uint8Array => {
    const unpacked = unpack(bytes);
    if (unpacked.length !== length) lie(`a buffer of ${unpacked.length} bytes that says ${length}`);
    return unpacked.byteOffset % 8 === 0 ? unpacked : unpacked.slice();
  };

/** Apache Arrow's files (Feather, version 2) and streams, by flechette, which is loaded with the first such file. Dictionaries of lists or of values with fields are refused. */
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
    setCompressionCodec(0 as CompressionType_, { encode, decode: unpackedAs(lz4Frame) });
    setCompressionCodec(1 as CompressionType_, { encode, decode: unpackedAs((bytes) => decompressZstd(bytes)) });
    const bytes = await allBytes(source);
    requireHonestMessages(bytes, beginsWith(bytes, 'ARROW1'));
    const table = tableFromIPC(bytes, { useDate: true });
    const columns = table.names.map((_, i) => table.getChildAt(i));
    for (const { data, length } of columns) {
      requireRows(data);
      if (length !== table.numRows) lie(`a column of ${length} rows beside one of ${table.numRows}`);
    }
    function* rows(): Generator<Cell[]> {
      for (let row = 0; row < table.numRows; row++) yield columns.map((column) => cellOf(column.at(row)));
    }
    return { names: table.names as string[], batches: [rows()] };
  },
});
