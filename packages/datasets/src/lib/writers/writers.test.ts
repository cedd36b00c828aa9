import { describe, expect, test } from 'vitest';
import type { Column } from '../data/column.ts';
import { datasetFrom } from '../data/dataset.ts';
import { readTable } from '../readers/read-table.ts';
import type { TableWriter } from './table-writer.ts';
import { encodeTable, tableWriter, tableWriterOf, tableWriters } from './write-table.ts';

const count = 400;
const day = 86_400;
const columns: readonly Column[] = [
  { name: 'weight, kg', kind: 'real' },
  { name: 'since', kind: 'real', origin: 1.7e12, unit: 1 },
  { name: 'species', kind: 'category', categories: ['Adelie', '"Gentoo", or so', 'Ωm'] },
  { name: 'ringed', kind: 'boolean', categories: ['false', 'true'] },
  { name: 'seen', kind: 'date', unit: day, origin: 19_000 * day },
  { name: 'at', kind: 'date', origin: 1.6e9 },
];
const isGap = (row: number, column: number): boolean => (row * 7 + column) % 31 === 3;
const values = Float32Array.from({ length: count * columns.length }, (_, at) => {
  const [row, column] = [Math.floor(at / columns.length), at % columns.length];
  if (isGap(row, column)) return Number.NaN;
  return [Math.fround(Math.sin(row) / 3), row * 17, row % 3, (row >> 2) % 2, row - 50, row * 1000][column] as number;
});
const table = { ...datasetFrom(values, { eventShape: [columns.length], columns }), columns };

const byName = Object.fromEntries(tableWriters.map((writer) => [writer.name, writer]));

/** A table begun in memory. */
async function begun(writer: TableWriter) {
  const pieces: Uint8Array[] = [];
  const output = await writer.begin(columns, (piece) => {
    pieces.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
  });
  return { output, bytes: () => Buffer.concat(pieces) };
}

describe.each(Object.keys(byName))('%s', (format) => {
  const writer = tableWriter(format);

  test('reads back as the same numbers, categories, dates and gaps', async () => {
    const bytes = await encodeTable(table, { format });
    const read = await readTable(bytes, { known: columns });
    expect(read.columns.map(({ name, kind }) => [name, kind])).toEqual(columns.map(({ name, kind }) => [name, kind]));
    expect(read.count).toBe(count);
    expect(Array.from(read.values)).toEqual(Array.from(values));
  });

  test('reads back without knowing anything of it', async () => {
    const read = await readTable(await encodeTable(table, { format }));
    expect(read.columns.map(({ kind }) => kind)).toEqual([
      ...['real', 'integer', 'category', 'boolean', 'date', 'date'],
    ]);
    expect(read.columns.map(({ missing = 0 }) => missing > 0)).toEqual(columns.map(() => true));
  });

  test('is the same whatever the pieces in which it comes', async () => {
    const whole = await encodeTable(table, { format });
    const { output, bytes } = await begun(writer);
    for (let at = 0; at < values.length; at += 6 * 37) await output.write(values.subarray(at, at + 6 * 37));
    await output.end();
    expect(Buffer.compare(bytes(), whole)).toBe(0);
  });

  test('of no rows is a file of that format', async () => {
    const { output, bytes } = await begun(writer);
    await output.end();
    if (format === 'parquet') {
      const error = await readTable(bytes()).catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/no rows|no data/i);
    }
    if (format === 'json') expect(JSON.parse(bytes().toString())).toEqual([]);
    if (format === 'jsonl') expect(bytes()).toHaveLength(0);
  });

  test('is found by its endings, whatever their case', () => {
    for (const ending of writer.endings) {
      expect(tableWriterOf(`a.b/rows${ending}`)?.name).toBe(format);
      expect(tableWriterOf(`ROWS${ending.toUpperCase()}`)?.name).toBe(format);
    }
  });
});

test('numbers that JSON has not are null, and names are keys whatever they are', async () => {
  const odd = datasetFrom([-Infinity, 1, 0.1, Number.NaN], { eventShape: [2], columns: ['__proto__', 'a "b"'] });
  const text = new TextDecoder().decode(await encodeTable(odd, { format: 'jsonl' }));
  expect(text).toBe('{"__proto__": null, "a \\"b\\"": 1}\n{"__proto__": 0.1, "a \\"b\\"": null}\n');
});

test('Parquet keeps infinities, writes several groups of rows and has types that others know', async () => {
  const many = Float32Array.from({ length: 2 ** 20 + 4 }, (_, i) => (i === 5 ? -Infinity : i / 4));
  const bytes = await encodeTable(datasetFrom(many, { eventShape: [2] }), { format: 'parquet' });
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const file = bytes.slice().buffer as ArrayBuffer;
  const metadata = parquetMetadata(file);
  expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([2 ** 19, 2]);
  const last = await parquetReadObjects({ file, rowStart: 2 ** 19, rowEnd: 2 ** 19 + 2 });
  expect(last).toEqual([0, 1].map((i) => ({ 1: 2 ** 18 + i / 2, 2: 2 ** 18 + i / 2 + 0.25 })));
  expect(await parquetReadObjects({ file, rowStart: 2, rowEnd: 3 })).toEqual([{ 1: 1, 2: -Infinity }]);

  // Bounds of values, by which readers skip rows, are not to be relied on.
  expect(metadata.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.statistics))).toEqual(
    metadata.row_groups.flatMap((group) => group.columns.map(() => undefined)),
  );
  const typed = parquetMetadata((await encodeTable(table, { format: 'parquet' })).slice().buffer as ArrayBuffer);
  expect(
    parquetSchema(typed).children.map(({ element }) => [element.name, element.converted_type ?? element.type]),
  ).toEqual([
    ['weight, kg', 'DOUBLE'],
    ['since', 'DOUBLE'],
    ['species', 'UTF8'],
    ['ringed', 'BOOLEAN'],
    ['seen', 'DATE'],
    ['at', 'TIMESTAMP_MILLIS'],
  ]);
});

test('a format that there is not is refused, and what is close to it named', async () => {
  await expect(encodeTable(table, { format: 'parqet' })).rejects.toThrow(/there is no format 'parqet'.*parquet'\?/);
  expect(tableWriterOf('rows.xlsx')).toBeNull();
  expect(tableWriterOf('rows')).toBeNull();
});
