import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { writeNpy, writeZip } from '../../test/write-arrays.ts';
import type { Chance } from './chance.ts';

/** A column of a table that is written to a file. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'text' | 'date';
  readonly values: readonly (number | string | null)[];
}

const words = ['red', 'green', 'blue', 'ünï, "quoted"'] as const;

/** A table of a few rows and columns, the first of numbers that are all different. */
export function anyTable({ upTo, pick, percent, random }: Chance): readonly WrittenColumn[] {
  const rows = 12 + upTo(30);
  const types = Array.from({ length: upTo(4) }, () => pick(['number', 'integer', 'text', 'date'] as const));
  return (['number', ...types] as const).map((type, i): WrittenColumn => {
    const hasGaps = i > 0 && percent(30);
    const value = (row: number): number | string => {
      if (type === 'text') return words[(row + i) % words.length] as string;
      if (type === 'date') return new Date(Date.UTC(2012, 0, 1 + row * (i + 1))).toISOString().slice(0, 10);
      return type === 'integer' ? upTo(1000) - 300 : Math.fround(random.normal() * 100) + row / 1024;
    };
    const values = Array.from({ length: rows }, (_, row) => (hasGaps && row % 5 === 1 ? null : value(row)));
    return { name: i === 0 ? 'first' : `column ${i}`, type, values };
  });
}

const rowCount = (columns: readonly WrittenColumn[]): number => columns[0]?.values.length ?? 0;

/** The rows as objects, as JSON has them. */
const recordsOf = (columns: readonly WrittenColumn[]): Readonly<Record<string, unknown>>[] =>
  Array.from({ length: rowCount(columns) }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row]])),
  );

const parquetType = { number: 'DOUBLE', integer: 'INT32', text: 'STRING', date: 'STRING' } as const;

/** Columns of numbers alone, without gaps. */
const numbersOf = (columns: readonly WrittenColumn[]): readonly WrittenColumn[] =>
  columns.filter(({ type, values }) => (type === 'number' || type === 'integer') && !values.includes(null));

const doubles = (numbers: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(numbers).buffer);

/** A table as a file of a format, and the columns that are in it. */
export interface TableFile {
  readonly bytes: Uint8Array;
  readonly columns: readonly WrittenColumn[];
}

/** How a table is written in each format that is not text with delimiters. */
export const tableFiles: Readonly<Record<string, (columns: readonly WrittenColumn[], chances: Chance) => TableFile>> = {
  'JSON lines': (columns) => {
    const lines = recordsOf(columns).map((record) => JSON.stringify(record));
    return { bytes: Buffer.from(lines.join('\n')), columns };
  },
  JSON: (columns, { percent }) => ({
    bytes: Buffer.from(JSON.stringify(recordsOf(columns), null, percent(50) ? 1 : 0)),
    columns,
  }),
  Parquet: (columns, { pick }) => {
    const bytes = parquetWriteBuffer({
      columnData: columns.map(({ name, type, values }) => ({
        ...{ name, type: parquetType[type], data: [...values], nullable: values.includes(null) },
      })),
      codec: pick(['SNAPPY', 'UNCOMPRESSED'] as const),
      rowGroupSize: pick([7, 100]),
    });
    return { bytes: new Uint8Array(bytes), columns };
  },
  Arrow: (columns, { pick }) => {
    const arrays = Object.fromEntries(columns.map(({ name, values }) => [name, [...values]]));
    const bytes = tableToIPC(tableFromArrays(arrays), { format: pick(['file', 'stream'] as const) });
    return { bytes: bytes as Uint8Array, columns };
  },
  NPY: (columns) => {
    const own = numbersOf(columns);
    const rows = Array.from({ length: rowCount(own) }, (_, row) => own.map(({ values }) => values[row] as number));
    return {
      bytes: writeNpy('<f8', false, `(${rows.length}, ${own.length})`, doubles(rows.flat())),
      columns: own.map((column, i) => ({ ...column, name: `${i + 1}` })),
    };
  },
  NPZ: (columns, { percent }) => {
    const own = numbersOf(columns);
    const members = own.map(({ name, values }) => [
      `${name}.npy`,
      writeNpy('<f8', false, `(${values.length},)`, doubles(values as number[])),
    ]);
    return { bytes: writeZip(Object.fromEntries(members), percent(50)), columns: own };
  },
};
