import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isDiffeoError, randomSource } from '@diffeo/core';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeNpy } from '../../../test/write-arrays.ts';
import { rawNumber } from '../data/column.ts';
import { readTable, tableReaders } from './read-table.ts';
import { readTableFile, readTableStream } from './read-table-file.ts';

const count = 700;
const xs = Array.from({ length: count }, (_, i) => Math.sin(i) / 8);
const ns = Array.from({ length: count }, (_, i) => (i * 37) % 91);
const kinds = Array.from({ length: count }, (_, i) => ['red', 'green', 'blue'][i % 3] as string);
const days = Array.from({ length: count }, (_, i) => new Date(Date.UTC(2012, 0, 1 + i)));
const text = new TextEncoder();
const records = xs.map((x, i) => ({
  x,
  n: i % 50 === 7 ? null : ns[i],
  kind: kinds[i],
  day: days[i]?.toISOString().slice(0, 10),
}));

const npy = (numbers: readonly number[], shape: readonly number[]): Uint8Array =>
  writeNpy('<f8', false, `(${shape.join(', ')},)`, new Uint8Array(Float64Array.from(numbers).buffer));

const pairs = xs.flatMap((x, i) => [x, ns[i] as number]);

/** A file of each reader's format: the same numbers, of most of them with texts and dates. */
const files: Readonly<
  Record<string, { readonly name: string; readonly bytes: () => Uint8Array; readonly isWhole: boolean }>
> = {
  csv: {
    name: 't.csv',
    isWhole: true,
    bytes: () =>
      text.encode(
        ['x,n,kind,day', ...records.map(({ x, n, kind, day }) => `${x},${n ?? ''},${kind},${day}`), ''].join('\n'),
      ),
  },
  json: {
    name: 't.jsonl',
    isWhole: true,
    bytes: () => text.encode(records.map((record) => JSON.stringify(record)).join('\n')),
  },
  'json document': { name: 't.json', isWhole: true, bytes: () => text.encode(JSON.stringify(records, null, 2)) },
  parquet: {
    name: 't.parquet',
    isWhole: true,
    bytes: () =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'x', data: xs, type: 'DOUBLE' },
            { name: 'n', data: records.map(({ n }) => n ?? null), type: 'INT32', nullable: true },
            { name: 'kind', data: kinds, type: 'STRING' },
            { name: 'day', data: days, type: 'TIMESTAMP' },
          ],
          rowGroupSize: 300,
        }),
      ),
  },
  arrow: {
    name: 't.arrow',
    isWhole: true,
    bytes: () =>
      tableToIPC(tableFromArrays({ x: xs, n: records.map(({ n }) => n ?? null), kind: kinds, day: days }), {
        format: 'file',
      }) as Uint8Array,
  },
  'arrow stream': {
    name: 't.arrows',
    isWhole: true,
    bytes: () =>
      tableToIPC(tableFromArrays({ x: xs, n: records.map(({ n }) => n ?? null), kind: kinds, day: days }), {
        format: 'stream',
      }) as Uint8Array,
  },
  npy: { name: 't.npy', isWhole: false, bytes: () => npy(pairs, [count, 2]) },
};
const readerOf = (format: string): string => format.split(' ')[0] as string;

// biome-ignore lint/suspicious/useAwait: it is to look like a stream
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diffeo-tables-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(Object.entries(files))('%s', (format, { name, bytes, isWhole }) => {
  test('is recognised by its content, and by no other reader', () => {
    const head = bytes().subarray(0, 4096);
    for (const named of [name, 'data', 'data.csv']) {
      const [first] = tableReaders.filter((reader) => reader.recognise(head, named));
      expect(first?.name).toBe(readerOf(format));
    }
  });

  test('gives its numbers, texts, dates and gaps', async () => {
    const table = await readTable(bytes());
    expect(table.count).toBe(count);
    const width = table.columns.length;
    for (let i = 0; i < count; i++) {
      expect(rawNumber(table.values[i * width] ?? 0, table.columns[0] ?? {})).toBeCloseTo(xs[i] as number, 7);
      const n = table.values[i * width + 1] as number;
      if (isWhole && i % 50 === 7) expect(n).toBeNaN();
      else expect(n).toBe(ns[i]);
    }
    if (!isWhole) return;
    expect(table.columns.map(({ name: column, kind }) => [column, kind])).toEqual([
      ['x', 'real'],
      ['n', 'integer'],
      ['kind', 'category'],
      ['day', 'date'],
    ]);
    expect(table.columns[1]?.missing).toBe(14);
    const [, , kind, day] = table.columns;
    expect(kind?.categories?.[table.values[6] as number]).toBe('green');
    expect(1000 * rawNumber(table.values[7] as number, day ?? {})).toBe(days[1]?.getTime());
  });

  test('reads alike from bytes, streams of any pieces, packed and plain files', async () => {
    const whole = await readTable(bytes(), { source: name });
    expect(await readTable(cut(bytes(), 1009), { source: name })).toEqual(whole);
    expect(await readTableStream(cut(bytes(), 61), { source: name })).toEqual(whole);
    const path = join(folder, name);
    await writeFile(path, bytes());
    expect(await readTableFile(path)).toEqual(whole);
    await writeFile(`${path}.gz`, gzipSync(bytes()));
    expect(await readTableFile(`${path}.gz`, { source: name })).toEqual(whole);
  });

  test('holds a sample of the rows where that is asked for, the same from files and streams', async () => {
    const sample = { seed: 3, rows: 300 };
    const table = await readTable(bytes(), { sample, source: name });
    const width = table.columns.length;
    expect(table.sampledFrom).toBe(count);
    expect(table.count).toBeLessThanOrEqual(300);
    expect(table.count).toBeGreaterThan(100);
    expect(table.values.length).toBe(table.count * width);
    const rows = Array.from({ length: table.count }, (_, i) =>
      xs.findIndex((x) => Math.abs(x - rawNumber(table.values[i * width] as number, table.columns[0] ?? {})) < 1e-8),
    );
    expect(rows.every((row, i) => row >= 0 && (i === 0 || row > (rows[i - 1] as number)))).toBe(true);
    for (const [i, row] of rows.entries()) {
      const n = table.values[i * width + 1] as number;
      if (!isWhole || row % 50 !== 7) expect(n).toBe(ns[row]);
      else expect(n).toBeNaN();
    }
    expect(table.notes.map(({ code }) => code)).toContain('SAMPLED');
    expect(await readTable(cut(bytes(), 1009), { sample, source: name })).toEqual(table);
    expect((await readTable(bytes(), { sample: { seed: 3 } })).sampledFrom).toBeUndefined();
    // The rows do not depend on what is taken of them.
    const [, second = ''] = table.columns.map((column) => column.name);
    const one = await readTable(bytes(), { sample, columns: [second], missing: 'keep' });
    expect([...one.values]).toEqual([...table.values].filter((_, at) => at % width === 1));
    await expect(readTable(bytes(), { sample: { seed: 3, rows: 0 } })).rejects.toThrow(/whole number of rows/);
  });

  test('dates and numbers that are named as missing are missing', async () => {
    if (!isWhole) return;
    const missingValues = ['2012-01-04', '74'];
    const { values, columns } = await readTable(bytes(), { take: 'all', missingValues });
    const gaps = (column: number): number[] =>
      ns.flatMap((_, row) => (Number.isNaN(values[row * columns.length + column]) ? [row] : []));
    expect(gaps(columns.findIndex((column) => column.kind === 'date'))).toEqual([3]);
    expect(gaps(1)).toEqual(ns.flatMap((n, row) => (n === 74 || row % 50 === 7 ? [row] : [])));
  });

  test('what is cut or changed is read or refused with a typed error', async () => {
    const random = randomSource(7);
    for (let trial = 0; trial < 60; trial++) {
      const changed = bytes().slice(0, trial % 2 ? undefined : Math.floor(bytes().length * random.uniform()));
      if (trial % 2)
        for (let i = 0; i < 4; i++)
          changed[Math.floor(changed.length * random.uniform())] = Math.floor(256 * random.uniform());
      const error = await readTable(changed).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error !== null && !isDiffeoError(error))
        throw new Error(`trial ${trial}: ${String(error)}`, { cause: error });
    }
  });
});

test('options for missing values hold in every format, and those for the layout of text are refused in others', async () => {
  const missingValues = Object.entries(files).map(async ([, { bytes }]) => {
    const { columns, values } = await readTable(bytes(), { missingValues: ['36', '37.0'] });
    const gaps = ns.filter((n, i) => n === 36 && !(columns[1]?.missing && i % 50 === 7)).length;
    const found = values.filter((value, at) => at % columns.length === 1 && Number.isNaN(value)).length;
    expect(found).toBeGreaterThanOrEqual(gaps);
    expect(gaps).toBeGreaterThan(0);
    expect(values.filter((_, at) => at % columns.length === 1)).not.toContain(36);
  });
  await Promise.all(missingValues);
  for (const format of ['json', 'parquet', 'arrow', 'npy']) {
    await expect(readTable(files[format]?.bytes() as Uint8Array, { delimiter: ';' })).rejects.toThrow(/delimiter/);
  }
});

test('text in brackets is not JSON, and lines of JSON may come one by one', async () => {
  const csv = `[time],[value]\n${xs.map((x, i) => `${i},${x}`).join('\n')}`;
  expect((await readTable(text.encode(csv))).columns.map(({ name }) => name)).toEqual(['[time]', '[value]']);
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const x of xs) yield text.encode(`${JSON.stringify({ x, comment: 'long '.repeat(1000) })}\n`);
  }
  expect((await readTable(lines())).count).toBe(count);
});

test('a named pipe is read as a file is', async () => {
  const path = join(folder, 'pipe.csv');
  execFileSync('mkfifo', [path]);
  const [table] = await Promise.all([readTableFile(path), writeFile(path, files['csv']?.bytes() as Uint8Array)]);
  expect(table.count).toBe(count);
});

test('what no reader knows is refused in words', async () => {
  await expect(readTable(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a))).rejects.toThrow(
    /is an HDF5 file/,
  );
  await expect(readTable(text.encode('{"a": {"b": 1}}'))).rejects.toThrow(/is no table/);
  await expect(readTableFile(join(folder, 'none.csv'))).rejects.toThrow(/there is no such file/);
});
