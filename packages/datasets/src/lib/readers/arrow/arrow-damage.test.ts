import { zstdCompressSync } from 'node:zlib';
import { isDiffeoError } from '@diffeo/core';
import {
  batchType,
  bool,
  Column,
  CompressionType,
  columnFromArray,
  type DataType,
  decimal,
  fixedSizeList,
  float64,
  int32,
  list,
  map,
  nullType,
  runEndEncoded,
  setCompressionCodec,
  struct,
  tableFromColumns,
  tableToIPC,
  union,
  utf8,
  utf8View,
} from '@uwdata/flechette';
import { describe, expect, test } from 'vitest';
import { readTable } from '../read-table.ts';

const count = 29;
const each = <T>(value: (row: number) => T): T[] => Array.from({ length: count }, (_, row) => value(row));
const word = (row: number): string => ['red', 'green', 'blue'][row % 3] as string;
const xs = each((row) => Math.sin(row));

type Format = 'file' | 'stream';

/** A table of a column of this kind and one of numbers. */
function written(values: readonly unknown[], type: DataType | undefined, format: Format, isPacked = false): Uint8Array {
  const columns = { own: columnFromArray([...values], type), x: columnFromArray(xs) };
  const decode = (): never => {
    throw new Error('nothing is read here');
  };
  setCompressionCodec(CompressionType.ZSTD, { encode: (bytes) => new Uint8Array(zstdCompressSync(bytes)), decode });
  const codec = isPacked ? { codec: CompressionType.ZSTD } : {};
  return tableToIPC(tableFromColumns(columns), { format, ...codec }) as Uint8Array;
}

const wholes = (...numbers: number[]): Buffer => Buffer.from(Int32Array.from(numbers).buffer);
const longs = (...numbers: number[]): Buffer => Buffer.from(BigInt64Array.from(numbers.map(BigInt)).buffer);

/** The bytes with the first of these another, or the last. */
function damaged(bytes: Uint8Array, from: Buffer, to: Buffer, isLast = false): Uint8Array {
  const changed = Buffer.from(bytes);
  const at = isLast ? changed.lastIndexOf(from) : changed.indexOf(from);
  if (at < 0) throw new Error('the file has no such bytes');
  to.copy(changed, at);
  return new Uint8Array(changed);
}

const refusal = async (bytes: Uint8Array): Promise<{ readonly code: string; readonly message: string }> => {
  const outcome: unknown = await readTable(bytes, { source: 'x' }).catch((reason: unknown) => reason);
  if (!isDiffeoError(outcome)) throw new Error('it is read, or not refused in words', { cause: String(outcome) });
  return outcome;
};

const million = 2 ** 20;

/** Of so many words no other list has as many entries. */
const elevenWords = each((row) => `word ${row % 11}`);

describe.each(['file', 'stream'] as const)('a %s of Arrow', (format) => {
  // A file's schema is the one at its end.
  const isLast = format === 'file';

  test.each([
    ['a dictionary of a million texts', 11 + million, false],
    ['a dictionary that no array holds', 0x29000003, false],
    ['a packed dictionary of a million texts', 11 + million, true],
  ] as const)('with %s in a few bytes is refused', async (_, claimed, isPacked) => {
    const bytes = written(elevenWords, undefined, format, isPacked);
    expect((await readTable(bytes)).count).toBe(count);
    const { code, message } = await refusal(damaged(bytes, longs(11, 0), longs(claimed, 0)));
    expect(code).toBe('FILE');
    expect(message).toContain(`a dictionary of ${claimed} values`);
  });

  test('with a packed buffer that says another length is refused', async () => {
    const bytes = written(elevenWords, undefined, format, true);
    const packed = zstdCompressSync(new Uint8Array(0)).subarray(0, 4);
    const length = Buffer.from(bytes)
      .subarray(Buffer.from(bytes).indexOf(packed) - 8)
      .subarray(0, 8);
    const { message } = await refusal(damaged(bytes, length, longs(million)));
    expect(message).toMatch(/says 1048576/);
  });

  const lists = each((row) => [word(row), 'blue']);
  test.each<[string, readonly unknown[], DataType, Buffer, Buffer, RegExp]>([
    ['a list of a million texts', lists, list(utf8()), wholes(54, 56, 58), wholes(54, 56, million), /ends at 1048576/],
    ['a text that ends where none is', each(word), utf8(), wholes(0, 3, 8, 12), wholes(0, 3, million, 12), /ends at/],
    [
      'a million objects',
      each((a) => ({ a })),
      struct({ a: float64() }),
      longs(29, 0),
      longs(million, 0),
      /1048576 rows/,
    ],
    ['a million bits', each((i) => i % 2 > 0), bool(), longs(29, 0), longs(million, 0), /1048576 rows/],
    ['a million nulls', each(() => null), nullType(), longs(29, 29), longs(million, 29), /beside one of 1048576/],
    ['fewer rows than beside it', each((i) => i / 7), float64(), longs(29, 0), longs(28, 0), /beside one of 28/],
  ])('with %s is refused', async (_, values, type, from, to, reason) => {
    const bytes = written(values, type, format);
    expect((await readTable(bytes)).count).toBe(count);
    const { code, message } = await refusal(damaged(bytes, from, to));
    expect(code).toBe('FILE');
    expect(message).toMatch(reason);
  });

  test('with lists of a fixed length that are longer than their numbers is refused', async () => {
    const bytes = written(
      each((i) => Array.from({ length: 137 }, () => i)),
      fixedSizeList(float64(), 137),
      format,
    );
    expect((await readTable(bytes)).count).toBe(count);
    expect((await refusal(damaged(bytes, wholes(137), wholes(million), isLast))).message).toMatch(/holds fewer/);
  });

  test('with decimals of more digits than there are is refused', async () => {
    const bytes = written(
      each((i) => i / 8),
      decimal(38, 23, 128),
      format,
    );
    expect((await readTable(bytes)).count).toBe(count);
    expect((await refusal(damaged(bytes, wholes(23), wholes(million), isLast))).message).toMatch(
      /decimals of 1048576 digits/,
    );
  });

  test('with texts in more buffers than there are is refused', async () => {
    const type = utf8View();
    const values = new Uint8Array(16 * count);
    for (let row = 0; row < count; row++) values.set([3, 0, 0, 0, 97, 98, 99 + (row % 11)], 16 * row);
    const data = Array.from({ length: 5 }, () => new Uint8Array(8));
    const parts = { length: count, nullCount: 0, type, validity: new Uint8Array(0), values, data };
    const own = new Column([new (batchType(type))(parts)], type);
    const bytes = tableToIPC(tableFromColumns({ own, x: columnFromArray(xs) }), { format }) as Uint8Array;
    expect((await readTable(bytes)).count).toBe(count);
    const { message } = await refusal(damaged(bytes, longs(5), longs(million)));
    expect(message).toMatch(/1048576 buffers of texts among 9/);
  });

  test('that is packed is read as it was written', async () => {
    const numbers = each((row) => row >> 2);
    const table = await readTable(written(numbers, float64(), format, true));
    expect([...table.values].filter((_, at) => at % 2 === 0)).toEqual(numbers);
  });

  test.each<[string, readonly unknown[], DataType]>([
    ['maps', each((i) => [['a', i]]), map(utf8(), float64())],
    ['runs', each((i) => i >> 2), runEndEncoded(int32(), float64())],
    ['unions', each((i) => i), union(0, [float64()], [0], () => 0)],
    ['nested lists', each((i) => [[i], [i, null]]), list(list(float64()))],
    ['gaps among lists', each((i) => (i % 3 ? [i] : null)), list(float64())],
  ])('with %s is read', async (_, values, type) => {
    expect((await readTable(written(values, type, format))).count).toBe(count);
  });
});
