import { DiffeoError } from '@diffeo/core';
import type { ColumnMetaData, Compressors, SchemaTree } from 'hyparquet';

/** What is asked of hyparquet about the pages of a column. */
export interface PageTools {
  readonly parquetHeader: typeof import('hyparquet/src/column.js')['parquetHeader'];
  readonly decompressPage: typeof import('hyparquet/src/datapage.js')['decompressPage'];
  readonly getMaxDefinitionLevel: typeof import('hyparquet/src/schema.js')['getMaxDefinitionLevel'];
  readonly getMaxRepetitionLevel: typeof import('hyparquet/src/schema.js')['getMaxRepetitionLevel'];
  readonly isFlatColumn: typeof import('hyparquet/src/schema.js')['isFlatColumn'];
}

/** Writers fill up the last run. */
const maxFilling = 512;

const lie = (what: string): never => {
  throw new DiffeoError('FILE', `${what}`);
};

/** Refuses runs (Parquet's hybrid of repeated and packed numbers) that are longer than a page has numbers: hyparquet makes as many as they say. */
function requireRuns(view: DataView, begin: number, width: number, values: number): void {
  let [at, seen] = [begin, 0];
  while (seen < values && at < view.byteLength) {
    let [head, shift, byte] = [0, 0, 0x80];
    while (byte & 0x80 && at < view.byteLength) {
      byte = view.getUint8(at++);
      head |= (byte & 0x7f) << shift;
      shift += 7;
    }
    const groups = head >> 1;
    const count = head & 1 ? groups * 8 : head >>> 1;
    if (count < 0 || count > values + maxFilling) lie(`a run of ${count} numbers in a page of ${values}`);
    seen += count;
    at += head & 1 ? groups * width : (width + 7) >> 3;
  }
}

const bitWidth = (value: number): number => 32 - Math.clz32(value);

/** A part of a page of the first version that says its own length; gives where the next begins. */
function afterLevels(view: DataView, begin: number, level: number, values: number): number {
  if (level === 0) return begin;
  requireRuns(view, begin + 4, bitWidth(level), values);
  return begin + 4 + view.getUint32(begin, true);
}

/**
 * Refuses pages of a column that claim more than the column and the page hold, before hyparquet makes room for it: a bit that has changed asks for gigabytes
 * otherwise.
 *
 * @param bytes those of the column in one group of rows
 * @throws DiffeoError `FILE`; RangeError where a page ends early
 */
export function requireHonestPages(
  bytes: ArrayBuffer,
  { column, path, rows }: { readonly column: ColumnMetaData; readonly path: SchemaTree[]; readonly rows: number },
  tools: PageTools,
  compressors: Compressors,
): void {
  const { parquetHeader, decompressPage, getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn } = tools;
  const most = Number(column.num_values);
  const size = Number(column.total_uncompressed_size);
  const [definition, repetition] = [getMaxDefinitionLevel(path), getMaxRepetitionLevel(path)];
  const isFlat = isFlatColumn(path);
  const reader = { view: new DataView(bytes), offset: 0 };
  let seen = 0;
  while ((!isFlat || seen < rows) && reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const { uncompressed_page_size: unpacked, compressed_page_size: packed } = header;
    if (!(packed >= 0 && unpacked >= 0 && unpacked <= size)) lie(`a page of ${unpacked} bytes in a column of ${size}`);
    const page = new Uint8Array(bytes, reader.offset, packed);
    reader.offset += packed;
    const { dictionary_page_header: dictionary, data_page_header: first, data_page_header_v2: second } = header;
    if (header.type === 'DICTIONARY_PAGE') {
      if ((dictionary?.num_values ?? 0) > 8 * unpacked) lie(`${dictionary?.num_values} texts in ${unpacked} bytes`);
      continue;
    }
    const { num_values: values, encoding } = first ?? second ?? { num_values: 0, encoding: 'PLAIN' };
    if (!(values >= 0 && values <= most)) lie(`a page of ${values} numbers in a column of ${most}`);
    seen += values;
    const isIndexed = encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY';
    if (header.type === 'DATA_PAGE' && (isIndexed || definition > 0 || repetition > 0)) {
      const plain = decompressPage(page, unpacked, column.codec, compressors);
      const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
      const at = afterLevels(view, afterLevels(view, 0, path.length > 1 ? repetition : 0, values), definition, values);
      if (isIndexed) requireRuns(view, at + 1, view.getUint8(at), values);
    } else if (header.type === 'DATA_PAGE_V2' && second) {
      const levels = [second.repetition_levels_byte_length, second.definition_levels_byte_length] as const;
      if (!levels.every((length) => length >= 0 && length <= packed))
        lie(`levels of ${levels.join()} bytes in ${packed}`);
      const view = new DataView(bytes, page.byteOffset, packed);
      if (repetition > 0) requireRuns(view, 0, bitWidth(repetition), values);
      if (definition > 0) requireRuns(view, levels[0], bitWidth(definition), values);
      if (!(second.num_nulls >= 0 && second.num_nulls <= values)) lie(`${second.num_nulls} gaps among ${values}`);
      const [begin, length] = [levels[0] + levels[1], unpacked - levels[0] - levels[1]];
      if (!isIndexed || length <= 0) continue;
      const rest = page.subarray(begin);
      const plain = second.is_compressed ? decompressPage(rest, length, column.codec, compressors) : rest;
      const indices = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
      requireRuns(indices, 1, indices.getUint8(0), values);
    }
  }
}
