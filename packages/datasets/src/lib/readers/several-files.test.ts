import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dataset, takeRows } from '../data/dataset.ts';
import { takeColumns } from '../data/take-columns.ts';
import { encodeTable } from '../writers/write-table.ts';
import { readTable } from './read-table.ts';
import { readTableFiles } from './read-table-file.ts';

const count = 90;
const text = new TextEncoder();
/** Of which the parts alone would be told otherwise: a category that is a constant in each, texts that come twice in no part, a year that never changes. */
const lines = Array.from({ length: count }, (_, i) => {
  const part = Math.floor(i / 30);
  return `${['north', 'south', 'east'][part]},${Math.sin(i) / 4},k${i % 30},${2019 + part},${i % 11 === 3 ? '' : i % 5}`;
});
const header = 'region,x,kind,year,n';
let whole: Awaited<ReturnType<typeof readTable>>;
let folder: string;

beforeAll(async () => {
  whole = await readTable(text.encode([header, ...lines].join('\n')));
  folder = await mkdtemp(join(tmpdir(), 'diffeo-several-'));
});
afterAll(() => rm(folder, { recursive: true }));

const part = (at: number): Dataset =>
  takeRows(
    whole,
    Array.from({ length: 30 }, (_, i) => 30 * at + i),
  );

async function written(files: Readonly<Record<string, Uint8Array | string>>): Promise<string[]> {
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [i, content] of Object.values(files).entries()) await writeFile(paths[i] as string, content);
  return paths;
}

describe('a table in several files', () => {
  test.each(['csv', 'tsv', 'jsonl', 'json', 'parquet'])(
    'of %s is the table that it would be in one',
    async (format) => {
      const [first, second, third] = [part(0), takeColumns(part(1), [4, 1, 0, 3, 2]), part(2)];
      const paths = await written({
        [`a.${format}`]: await encodeTable(first, { format }),
        [`b.${format}`]: await encodeTable(second, { format }),
        [`c.${format}.gz`]: gzipSync(await encodeTable(third, { format })),
      });
      const read = await readTableFiles(paths, { source: 'several' });
      expect(read.count).toBe(count);
      expect(read.columns.map(({ name, kind, categories }) => [name, kind, categories])).toEqual(
        whole.columns.map(({ name, kind, categories }) => [name, kind, categories]),
      );
      expect(Array.from(read.values)).toEqual(Array.from(whole.values));
    },
  );

  test('takes the columns that are asked for, whatever else one of them has', async () => {
    const paths = await written({ 'a.csv': 'x,n\n1,2\n3,4\n', 'b.csv': 'more,n,x\n9,6,5\n9,8,7\n' });
    const { values } = await readTableFiles(paths, { columns: ['x', 'n'] });
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await expect(readTableFiles(paths)).rejects.toThrow(/b\.csv has the column 'more', which .*a\.csv has not/);
  });

  test('leaves out what is no row at the end of each', async () => {
    const rows = (from: number) => Array.from({ length: 20 }, (_, i) => `${from + i},${Math.cos(from + i)}`);
    const paths = await written({
      'a.csv': ['a,b', ...rows(0), 'total,17', ''].join('\n'),
      'b.csv': ['a,b', ...rows(20), 'total,3', ''].join('\n'),
    });
    const { count: found, values } = await readTableFiles(paths);
    expect(found).toBe(40);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'lacks a column',
      { 'a.csv': 'x,y\n1,2\n3,4', 'b.csv': 'x,z\n1,2\n3,4' },
      /b\.csv has no column 'y', which .*a\.csv has/,
    ],
    ['has no names', { 'a.csv': 'x,y\n1,2\n3,4', 'b.csv': '1,2\n3,4\n5,6' }, /b\.csv has no names of columns/],
    [
      'is of another format',
      { 'a.csv': 'x,y\n1,2\n3,4', 'b.csv': '{"x": 1, "y": 2}\n{"x": 1, "y": 2}' },
      /b\.csv is a file of json, and .*a\.csv one of csv/,
    ],
    [
      'writes decimals otherwise',
      { 'a.csv': 'x;y\n1.5;2.5\n3.5;4.5', 'b.csv': 'x;y\n1,5;2,5\n3,5;4,5' },
      /b\.csv writes the decimals of column 'x' otherwise/,
    ],
    [
      'holds what is wrong',
      { 'a.csv': 'x,y\n1,2\n3,4', 'b.csv': 'x,y\n1,2\n3' },
      /b\.csv, line 3: this row has 1 field/,
    ],
  ])('is refused, by its name, where one %s', async (_, files, message) => {
    await expect(readTableFiles(await written(files), { strict: true })).rejects.toThrow(message);
  });
});
