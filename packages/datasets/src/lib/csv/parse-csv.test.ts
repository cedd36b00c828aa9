import { Readable } from 'node:stream';
import { isDiffeoError } from '@diffeo/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnNames } from '../data/column.ts';
import type { CsvOptions, ReadTable } from './csv-options.ts';
import { parseCsv } from './parse-csv.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const numbers = (table: ReadTable): number[] => [...table.values];
const failure = async (text: string, options?: CsvOptions): Promise<string> => {
  const error = await parseCsv(text, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  return isDiffeoError(error) ? `${error.code}: ${error.message}` : `no DiffeoError: ${error}`;
};

/** What a spreadsheet may write: names with anything in them, one delimiter, one kind of line break, quotes anywhere. */
const files = fc
  .record({
    names: fc.uniqueArray(
      fc.string({ unit: 'grapheme', minLength: 1 }).map((name) => `n${name.trim()}`),
      { minLength: 1, maxLength: 5 },
    ),
    rows: fc.integer({ min: 1, max: 12 }),
    delimiter: fc.constantFrom(',', ';', '\t'),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
    mark: fc.boolean(),
    last: fc.boolean(),
    quote: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    values: fc.array(
      // String(-0) is 0.
      fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      { minLength: 60, maxLength: 60 },
    ),
  })
  .map(({ names, rows, delimiter, newline, mark, last, quote, values }) => {
    const width = names.length;
    const table = Array.from({ length: rows }, (_, r) => values.slice(r * width, (r + 1) * width));
    const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
    const header = names.map(quoted).join(delimiter);
    const body = table.map((row, r) =>
      row.map((value, c) => (quote[(r + c) % 7] ? quoted(String(value)) : ` ${value}`)).join(delimiter),
    );
    const text = (mark ? '\ufeff' : '') + [header, ...body].join(newline) + (last ? newline : '');
    return { text, names, delimiter, expected: table.flat(), rows };
  });

test('any table that is written as CSV is read back equal, the delimiter found', async () => {
  await fc.assert(
    fc.asyncProperty(files, async ({ text, names, expected, rows }) => {
      const table = await parseCsv(text);
      expect(columnNames(table.columns)).toEqual(names);
      expect(table.count).toBe(rows);
      expect(table.eventShape).toEqual([names.length]);
      expect(numbers(table)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

/** The text cut at some of the places; `from` on, so that a long beginning stays whole. */
const cut = (whole: string | Uint8Array, at: readonly number[], from = 0): (string | Uint8Array)[] => {
  const ends = [...at.map((place) => from + place).filter((place) => place < whole.length), whole.length];
  const sorted = [0, ...ends.toSorted((a, b) => a - b)];
  return sorted.slice(1).map((end, i) => whole.slice(sorted[i], end));
};
const everyFew = fc.integer({ min: 1, max: 9 }).map((few) => Array.from({ length: 400 / few }, (_, i) => i * few));
const places = fc.oneof(fc.array(fc.nat({ max: 400 }), { maxLength: 30 }), everyFew);

test('however text or bytes are cut into pieces, characters included, the table is the same', async () => {
  await fc.assert(
    fc.asyncProperty(files, places, async ({ text, names, expected }, at) => {
      for (const whole of [text, bytes(text)]) {
        const table = await parseCsv(cut(whole, at));
        expect(columnNames(table.columns)).toEqual(names);
        expect(numbers(table)).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
});

test('a long file is read as it comes in, cut anywhere, in the middle of quotes and line breaks too', async () => {
  const field = fc.constantFrom('a', '"b"', '"c,""d"""', '"\r\n"', 'é😀', '" "');
  const rows = fc.array(fc.tuple(field, fc.oneof(fc.integer(), fc.constant('🫥'))), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rows, places, fc.constantFrom('\n', '\r\n', '\r'), async (tail, at, newline) => {
      // Longer than what the reader looks at before it starts.
      const filler = `t,x${newline}${`"🎲",1${newline}`.repeat(12_000)}`;
      const text = filler + tail.map(([name, x]) => `${name},"${x}"`).join(newline);
      const expected = [
        ...Array<number>(12_000).fill(1),
        ...tail.flatMap(([, x]) => (typeof x === 'number' ? Math.fround(x) : [])),
      ];
      for (const [whole, from] of [[text, filler.length] as const, [bytes(text), bytes(filler).length] as const]) {
        const table = await parseCsv(cut(whole, at, from), {
          columns: ['x'],
          missing: 'drop',
          missingValues: ['🫥'],
        });
        expect(numbers(table)).toEqual(expected);
      }
    }),
    { numRuns: 30 },
  );
});

test('garbage gives a table or a DiffeoError', async () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', ' ', '1', '-', '.', 'e', 'x', 'é') });
  const source = fc.oneof(fc.uint8Array({ maxLength: 200 }), text, fc.string({ unit: 'binary' }));
  await fc.assert(
    fc.asyncProperty(source, async (garbage) => {
      const result = await parseCsv(garbage).catch((error: unknown) => error);
      if (isDiffeoError(result)) expect(result.message).not.toBe('');
      else expect((result as ReadTable).count).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

test('web streams and Node streams are read piece by piece', async () => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of ['a,b\n1', ',2\n', '3,4']) controller.enqueue(bytes(piece));
      controller.close();
    },
  });
  expect(numbers(await parseCsv(stream))).toEqual([1, 2, 3, 4]);
  expect(numbers(await parseCsv(Readable.from(['a,b\n', '1,2'])))).toEqual([1, 2]);
});

test('a source is closed when reading ends early', async () => {
  let closed = 0;
  function* endless() {
    try {
      for (;;) yield 'a,b\n1,x\n';
    } finally {
      closed++;
    }
  }
  await expect(parseCsv(endless(), { columns: ['b'] })).rejects.toThrow(/'x'/);
  await expect(parseCsv(endless(), { columns: ['c'] })).rejects.toThrow(/'c'/);
  expect(closed).toBe(2);
});

test('what a source throws comes through', async () => {
  function* broken() {
    yield 'a,b\n';
    throw new RangeError('the line went dead');
  }
  await expect(parseCsv(broken())).rejects.toThrow(RangeError);
});

test('columns are chosen by name or by number, in the order asked for', async () => {
  const text = 'id,name,x,y\n1,p,0.5,2\n2,q,1.5,3\n';
  const table = await parseCsv(text, { columns: ['y', 3] });
  expect(columnNames(table.columns)).toEqual(['y', 'x']);
  expect(numbers(table)).toEqual([2, 0.5, 3, 1.5]);
  expect(columnNames((await parseCsv(text, { columns: ['4', '1'] })).columns)).toEqual(['y', 'id']);
  expect((await parseCsv('7,2\n3,4', { header: true, columns: ['2'] })).values).toEqual(Float32Array.of(4));
});

test('a first row of numbers is data unless it is called a header', async () => {
  expect(await parseCsv('1,2\n3,4')).toMatchObject({ columns: [{ name: '1' }, { name: '2' }], count: 2 });
  expect(await parseCsv('2001,2002\n3,4', { header: true })).toMatchObject({
    columns: [{ name: '2001' }, { name: '2002' }],
    count: 1,
  });
  expect(await parseCsv('5.1,setosa\n4,virginica', { columns: [1] })).toMatchObject({
    columns: [{ name: '1' }],
    count: 2,
  });
  expect(await parseCsv(',a\n1,2')).toMatchObject({
    columns: [
      { name: '1', place: 1 },
      { name: 'a', place: 2 },
    ],
    count: 1,
  });
});

test('missing values are an error or drop the row, in the chosen columns alone', async () => {
  const text = 'a,b,c\n1,2,?\nNA,3,4\n5,6,nan\n7,,8\n';
  expect(await failure(text)).toMatch(/^CSV_MISSING: .*line 2, column 'c'.*\('\?'\).*missing: "drop"/);
  const table = await parseCsv(text, { columns: ['a', 'b'], missing: 'drop' });
  expect(numbers(table)).toEqual([1, 2, 5, 6]);
  expect(table.dropped).toBe(2);
  expect(await parseCsv('a\n-999\n4', { missing: 'drop', missingValues: ['-999'] })).toMatchObject({ dropped: 1 });
  expect(await failure('a,b\n1,\n,2\n', { missing: 'drop' })).toMatch(/^CSV_EMPTY: .*missing in each of its 2 rows/);
});

test('a delimiter is found where commas stand inside the fields, or can be given', async () => {
  expect(await parseCsv('"a,b";"c,d"\n1;2\n')).toMatchObject({ columns: [{ name: 'a,b' }, { name: 'c,d' }] });
  expect(numbers(await parseCsv('"x;y",z\n"1;2",3\n', { columns: ['z'] }))).toEqual([3]);
  expect(await parseCsv('a|b\n1|2', { delimiter: '|' })).toMatchObject({ columns: [{ name: 'a' }, { name: 'b' }] });
  expect(await failure('a,b', { delimiter: '' })).toMatch(/^CONFIG: A delimiter/);
});

test('lines are counted through quoted line breaks, of one character and of two, and empty lines', async () => {
  for (const newline of ['\n', '\r\n', '\r']) {
    const lines = ['name,x', `"two${newline}lines",1`, '', `"three${newline}${newline}lines",2`, 'c,oops'];
    const message = await failure(lines.join(newline), { columns: ['x'] });
    expect(message).toMatch(/line 8, column 'x': expected a number, got 'oops'/);
    expect(await failure(`x,name${newline}1,a${newline}oops,"two${newline}lines"`, { columns: ['x'] })).toMatch(
      /line 3, /,
    );
  }
});

describe('each error has its code, and says line and column', () => {
  test.each<[string, string, CsvOptions, RegExp]>([
    ['nothing', '', {}, /^CSV_EMPTY: t.csv is empty/],
    ['empty lines', '\n\n  \n', {}, /^CSV_EMPTY/],
    ['only a header', 'a,b\n', {}, /^CSV_EMPTY: .*ends after the header\.$/],
    ['a row taken for a header', '1,b\n', { header: true }, /^CSV_EMPTY: .*ends after the header\..*header: false/],
    ['a short row', 'a,b\n1,2\n3\n', {}, /^CSV_RAGGED: t.csv, line 3: this row has 1 field and the header has 2/],
    ['a long row', '1,2\n1,2,3\n', {}, /^CSV_RAGGED: t.csv, line 2: this row has 3 fields and the first row has 2/],
    ['text', 'a,b,c\n1,2,3\n4,x,6\n', {}, /^CSV_TEXT: t.csv, line 3, column 'b': .*'x'.*exclude: \["b"\]/],
    ['hexadecimal', 'a,b\n1,0x10\n2,3', {}, /^CSV_TEXT: .*'0x10'/],
    ['no numbers at all', 'a,b\nx,y\n', {}, /^CSV_NO_NUMBERS: t.csv: no column .*'x' on line 2/],
    ['a mixed first row', '5,setosa\n', {}, /^CSV_HEADER: .*'setosa'.*'5'.*header: true.*header: false/],
    ['an unknown name', 'a,b\n1,2\n', { columns: ['c'] }, /^CSV_UNKNOWN_COLUMN: .*'c'. It has 2: 'a', 'b'/],
    ['an unknown number', 'a,b\n1,2\n', { columns: ['a', 3] }, /^CSV_UNKNOWN_COLUMN: .*'3'/],
    ['a name in a row of numbers', '7,8.5\n1,2\n', { columns: ['8.6'] }, /^CSV_UNKNOWN_COLUMN: .*hold names/],
    ['number 0', 'a,b\n1,2\n', { columns: ['a', 0] }, /^CSV_UNKNOWN_COLUMN: .*'0'/],
    ['a column taken twice', 'a,b\n1,2\n', { columns: ['a', 1] }, /^CSV_DUPLICATE_COLUMN/],
    ['no columns taken', 'a,b\n1,2\n', { columns: [] }, /^CONFIG: .*empty/],
    ['infinity', 'a,b\n1,-Inf\n', {}, /^CSV_NOT_FINITE: t.csv, line 2, column 'b': '-Inf'/],
    ['past float32', 'a,b\n1,3.5e38\n', {}, /^CSV_NOT_FINITE: .*3.4e38/],
    ['an open quote', 'a,b\n1,"2\n3,4\n', {}, /^CSV_QUOTE: t.csv, after line 1: a quote is opened/],
    ['a quote inside', 'a,b\n1,2"\n', {}, /^CSV_QUOTE: t.csv, line 2/],
    ['a quote after lines in quotes', 'a,b\r\n"\r\n1",2\r\n1,2"\r\n', { columns: ['b'] }, /^CSV_QUOTE: t.csv, line 4/],
    ['zip', 'PK\u0003\u0004...', {}, /^CSV_ENCODING: .*spreadsheet/],
    ['binary', 'a\0b', {}, /^CSV_ENCODING: .*binary/],
  ])('%s', async (_, text, options, expected) => {
    expect(await failure(text, { source: 't.csv', ...options })).toMatch(expected);
  });

  test('gzip', async () => {
    await expect(parseCsv(Uint8Array.of(0x1f, 0x8b, 8, 0))).rejects.toThrow(/gzip/);
  });
});

const column = (value: (i: number) => number): string =>
  `t\n${Array.from({ length: 100 }, (_, i) => value(i)).join('\n')}`;

test('an origin is taken off where float32 would not keep the differences, and said', async () => {
  for (const [value, origin] of [
    [(i: number) => 1.6e9 + i, 1.6e9],
    [(i: number) => 1_700_000_000_000 + 60_000 * i + (i % 7), 1_700_000_000_000],
    [(i: number) => 2 ** 24 + 1 + i, 16_777_300],
    [(i: number) => -1e6 - 0.001 * i, -1e6],
  ] as const) {
    const { values, columns, notes } = await parseCsv(column(value), { columns: ['t'] });
    expect(columns).toMatchObject([{ origin }]);
    expect(notes.map(({ code }) => code)).toContain('ORIGIN');
    const differences = Array.from(values, (one, i) => Math.abs(origin + one - value(i)));
    expect(Math.max(...differences)).toBeLessThan(1e-6);
  }
});

test('no origin is taken off what float32 keeps, nor another than a given one', async () => {
  for (const value of [
    (i: number) => 16_000_000 + i,
    (i: number) => 180 + i / 10,
    (i: number) => 1990 + i,
    () => 0.1,
    (i: number) => (i % 2 ? 1e9 : -1e9) + i,
  ]) {
    expect((await parseCsv(column(value), { columns: ['t'] })).columns[0]).not.toHaveProperty('origin');
  }
  const given = await parseCsv(
    column((i) => 1.6e9 + i),
    { columns: ['t'], known: [{ name: 't', kind: 'real', origin: 1.5e9 }] },
  );
  expect(given.columns).toMatchObject([{ origin: 1.5e9 }]);
  expect(given.values[0]).toBe(1e8);
});

test('a column that is too small for float32 is refused', async () => {
  expect(await failure(column((i) => 1e-50 * i))).toMatch(/^CSV_PRECISION: .*column 't'.*another unit/);
});
