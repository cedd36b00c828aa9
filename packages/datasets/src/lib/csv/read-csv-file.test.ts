import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCsvFile } from './read-csv-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diffeo-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

test('a file is read, plain or packed, by path or URL', async () => {
  const text = `a,b\n${'1,2\n'.repeat(50_000)}`;
  const plain = await file('plain.csv', text);
  const packed = await file('packed.csv.gz', gzipSync(text));
  for (const path of [plain, packed, pathToFileURL(packed)]) {
    const table = await readCsvFile(path);
    expect(table).toMatchObject({ count: 50_000, columns: [{ name: 'a' }, { name: 'b' }] });
  }
});

test('errors name the file', async () => {
  await expect(readCsvFile(await file('bad.csv', 'a,b\n1,x\n2,3'))).rejects.toThrow(/^bad.csv, line 2, column 'b'/);
  await expect(readCsvFile(join(folder, 'none.csv'))).rejects.toThrow(/none.csv cannot be read: there is no such file/);
  await expect(readCsvFile(folder)).rejects.toThrow(/it is a folder/);
  await expect(readCsvFile(join(folder, 'none.csv.gz'))).rejects.toThrow(/there is no such file/);
});

test('a packed file that is cut or is none is refused', async () => {
  const packed = gzipSync(`a,b\n${'1,2\n'.repeat(1000)}`);
  for (const [code, content] of [
    ['FILE', packed.subarray(0, packed.length - 9)],
    ['FILE', Buffer.concat([packed.subarray(0, 30), Buffer.alloc(40)])],
    ['CSV_EMPTY', new Uint8Array(0)],
    ['CSV_ENCODING', new Uint8Array([1, 2, 3])],
  ] as const) {
    const path = await file('cut.csv.gz', content);
    await expect(readCsvFile(path)).rejects.toMatchObject({ name: 'DiffeoError', code });
  }
});

test('what is packed is told by its bytes, whatever it is called', async () => {
  const text = `a,b\n${'1,2\n'.repeat(1000)}`;
  expect(await readCsvFile(await file('packed.csv', gzipSync(text)))).toMatchObject({ count: 1000 });
  expect(await readCsvFile(await file('two.gz', Buffer.concat([gzipSync(text), gzipSync('3,4\n')])))).toMatchObject({
    count: 1001,
  });
  expect(await readCsvFile(await file('plain.csv.gz', text))).toMatchObject({ count: 1000 });
});

test('an endless file is refused soon', async () => {
  await expect(readCsvFile('/dev/zero')).rejects.toMatchObject({ code: 'CSV_ENCODING' });
});
