import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTableFile } from '../readers/read-table-file.ts';
import { readTableShard, tableShards } from './table-shards.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diffeo-shards-'));
});
afterAll(() => rm(folder, { recursive: true }));

const records = Array.from({ length: 2500 }, (_, i) => ({ x: Math.sin(i), n: i % 7, text: i % 3 ? 'b' : 'a,\n"x"\n' }));
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const lines = records.map(({ x, n, text }) => `${x},${n},${quoted(text)}`);
/** More than what is looked at to tell the layout. */
const far = Array.from({ length: 24_000 }, (_, i) => `${Math.sin(i).toFixed(12)},${i % 7}`);
const parquet = (rowGroupSize: number): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'x', data: records.map(({ x }) => x), type: 'DOUBLE' },
        { name: 'n', data: records.map(({ n }) => n), type: 'INT32' },
        { name: 'text', data: records.map(({ text }) => text), type: 'STRING' },
      ],
      rowGroupSize,
    }),
  );

const files: Readonly<Record<string, { readonly bytes: () => string | Uint8Array; readonly shards: number }>> = {
  'CSV with names': { bytes: () => ['x,n,text', ...lines, ''].join('\n'), shards: 3 },
  'CSV without a line break at the end': { bytes: () => ['x,n,text', ...lines].join('\n'), shards: 3 },
  'CSV without names': { bytes: () => records.map(({ x, n }) => `${x},${n}\n`).join(''), shards: 3 },
  'CSV of Windows': { bytes: () => ['x,n', ...records.map(({ x, n }) => `${x},${n}`), ''].join('\r\n'), shards: 3 },
  'CSV with empty lines': {
    bytes: () => ['', 'x,n', ...records.map(({ x, n }, i) => `${x},${n}${i % 500 ? '' : '\r\n  '}`), '', ''].join('\n'),
    shards: 3,
  },
  'CSV that ends with empty lines after a part': {
    bytes: () => `${['x,n', ...records.slice(0, 2000).map(({ x, n }) => `${x},${n}`)].join('\n')}\n\n \n`,
    shards: 2,
  },
  'Parquet of small groups': { bytes: () => parquet(300), shards: 3 },
  'Parquet of large groups': { bytes: () => parquet(2000), shards: 2 },
  'CSV with comments': {
    bytes: () => ['# of a station', 'x,n', ...records.map(({ x, n }) => `${x},${n}`)].join('\n'),
    shards: 1,
  },
  'CSV whose header comes again far behind': {
    bytes: () => ['x,n', ...far.slice(0, 20_000), 'x,n', ...far.slice(20_000), ''].join('\r\n'),
    shards: 1,
  },
  ...Object.fromEntries(
    [
      ['quoted where it was not', 'x,n', '"x","n"'],
      ['without the quotes that it had', '"x","n"', 'x,n'],
      ['with spaces', 'x,n', ' x , n '],
      ['behind a byte order mark', 'x,n', '\ufeffx,n'],
      ['without the byte order mark of the file', '\ufeffx,n', 'x,n'],
      ['with a delimiter at the end', 'x,n', 'x,n,'],
    ].map(([how = '', first = '', again = '']) => [
      `CSV whose header comes again ${how}`,
      { bytes: () => [first, ...far.slice(0, 20_000), again, ...far.slice(20_000), ''].join('\n'), shards: 1 },
    ]),
  ),
  'CSV of texts that begin as the header does': {
    bytes: () => ['when', ...far.map((_, i) => `when${i % 5}`)].join('\n'),
    shards: 24,
  },
  'CSV of quoted texts and a name that begin with a number sign': {
    bytes: () => ['"#when"', ...far.map((_, i) => `"#${i % 5}"`)].join('\n'),
    shards: 24,
  },
  'CSV with a comment far behind': {
    bytes: () => ['x,n', ...far.slice(0, 20_000), '  # of another day', ...far.slice(20_000)].join('\n'),
    shards: 1,
  },
  'CSV without names and with a comment at the end': {
    bytes: () => [...far, '# the end'].join('\n'),
    shards: 1,
  },
  'packed CSV': { bytes: () => gzipSync(['x,n,text', ...lines].join('\n')), shards: 1 },
  'JSON lines': { bytes: () => records.map((record) => JSON.stringify(record)).join('\n'), shards: 1 },
};

describe.each(Object.entries(files))('%s', (name, { bytes, shards: expected }) => {
  test('in parts has the rows that it has as a whole', async () => {
    const path = join(folder, name.replaceAll(' ', '-'));
    await writeFile(path, bytes());
    const whole = await readTableFile(path, { take: 'all' });
    const shards = await tableShards(path, { rows: 1000 });
    expect(shards.length).toBe(expected);
    // Data that travel in a job.
    expect(JSON.parse(JSON.stringify(shards))).toEqual(shards);
    const values: number[] = [];
    for (const shard of shards) {
      expect(shard.firstRow).toBe(values.length / whole.columns.length);
      const part = await readTableShard(path, shard, { known: whole.columns });
      expect(part.columns.map((column) => column.name)).toEqual(whole.columns.map((column) => column.name));
      values.push(...part.values);
    }
    expect(values).toEqual([...whole.values]);
  });
});

test('a part that is not all there is refused', async () => {
  const path = join(folder, 'cut.csv');
  const text = records.map(({ x, n }) => `${x},${n}\n`).join('');
  await writeFile(path, text);
  const [, , last] = await tableShards(path, { rows: 1000 });
  await writeFile(path, text.slice(0, -100));
  await expect(readTableShard(path, last as NonNullable<typeof last>)).rejects.toMatchObject({ code: 'FILE' });
});

test('a row that looks like the end of a table is not lost where the file goes on', async () => {
  const path = join(folder, 'middle.csv');
  await writeFile(path, records.map(({ x, n }, i) => (i === 999 ? `total,${n}\n` : `${x},${n}\n`)).join(''));
  const [first] = await tableShards(path, { rows: 1000 });
  await expect(readTableShard(path, first as NonNullable<typeof first>, { take: 'numbers' })).rejects.toMatchObject({
    code: 'DATA',
    message: expect.stringMatching(/^middle\.csv, in the part from row 1 on: .*total.*More follows it$/),
  });
});

test('a file that is not there is named', async () => {
  await expect(tableShards(join(folder, 'none.csv'), { rows: 10 })).rejects.toMatchObject({ code: 'FILE' });
});
