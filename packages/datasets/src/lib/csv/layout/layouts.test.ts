import { isDiffeoError } from '@diffeo/core';
import { describe, expect, test } from 'vitest';
import { columnNames } from '../../data/column.ts';
import type { CsvOptions, ReadTable } from '../csv-options.ts';
import { parseCsv } from '../parse-csv.ts';
import { refusalOf, withAdvice } from '../problems/csv-refusal.ts';

/** Two columns without anything odd about them. */
const points = Array.from({ length: 30 }, (_, i) => [
  (Math.sin(7 * i) * 3).toFixed(2),
  (5 + Math.cos(3 * i + 1) * 2).toFixed(2),
]);
const expected = points.flat().map((field) => Math.fround(Number(field)));
const lines = (write: (a: string, b: string, i: number) => string): string =>
  points.map(([a = '', b = ''], i) => write(a, b, i)).join('\n');
const comma = (field: string): string => field.replace('.', ',');
const codes = (table: ReadTable): string[] => table.notes.map(({ code }) => code);

describe('a layout that people have is understood, and what was guessed is said', () => {
  test.each<[string, string, string[], string[]?]>([
    ['blanks, several of them', lines((a, b) => `   ${a.padStart(8)}   ${b.padStart(8)}  `), ['DELIMITER'], ['1', '2']],
    ['blanks with names', `a   b\n${lines((a, b) => `${a}\t ${b}`)}`, ['DELIMITER']],
    ['bars', `a|b\n${lines((a, b) => `${a}|${b}`)}`, ['DELIMITER']],
    ['comments', `# by a logger\n# "units": m, kg\na,b\n${lines((a, b) => `${a},${b}`)}`, ['COMMENTS']],
    ['comments between rows', `%\na,b\n${lines((a, b, i) => `${i % 9 ? '' : '% "so\n'}${a},${b}`)}`, ['COMMENTS']],
    ['names in a comment', `# a b\n${lines((a, b) => `${a} ${b}`)}`, ['COMMENTS', 'DELIMITER', 'HEADER']],
    ['sep=', `sep=;\r\na;b\n${lines((a, b) => `${a};${b}`)}`, ['SEPARATOR_LINE']],
    ['titles', `My table\n2024, all of it, really\n\na,b\n${lines((a, b) => `${a},${b}`)}`, ['PREAMBLE']],
    ['one title', `My table\na,b\n${lines((a, b) => `${a},${b}`)}`, ['PREAMBLE']],
    ['units', `a,b\nm,kg\n${lines((a, b) => `${a},${b}`)}`, ['UNITS']],
    ['a total', `a,b\n${lines((a, b) => `${a},${b}`)}\nTotal,84.1`, ['FOOTER']],
    ['a source', `a,b\n${lines((a, b) => `${a},${b}`)}\n\nSource: the bureau`, ['FOOTER']],
    ['trailing delimiters', `a,b,\n${lines((a, b) => `${a},${b},`)}`, ['EMPTY_COLUMNS']],
    ['trailing delimiters in rows alone', `a,b\n${lines((a, b) => `${a},${b},`)}`, ['EMPTY_COLUMNS']],
    ['decimal commas', `a;b\n${lines((a, b) => `${comma(a)};${comma(b)}`)}`, ['DECIMAL_COMMA']],
    ['quoted decimal commas', `a,b\n${lines((a, b) => `"${comma(a)}","${comma(b)}"`)}`, ['DECIMAL_COMMA']],
    [
      'decimal commas among blanks',
      lines((a, b) => `${comma(a)}  ${comma(b)}`),
      ['DELIMITER', 'DECIMAL_COMMA'],
      ['1', '2'],
    ],
    ['currencies', `a,b\n${lines((a, b) => `$${a.replace('-', '')},${b}`)}`, ['NUMBER_FORMAT']],
    ['percent signs', `a,b\n${lines((a, b) => `${a} %,${b}%`)}`, ['NUMBER_FORMAT']],
    ['minus signs of print', `a,b\n${lines((a, b) => `${a.replace('-', '\u2212')},${b}`)}`, []],
    ['an index without a name', `,a,b\n${lines((a, b, i) => `${i},${a},${b}`)}`, ['INDEX_COLUMN']],
    [
      'row names, as R writes them',
      `"a" "b"\n${lines((a, b, i) => `"${i + 1}" ${a} ${b}`)}`,
      ['DELIMITER', 'INDEX_COLUMN'],
    ],
    ['a saved index', `Unnamed: 0,a,b\n${lines((a, b, i) => `${i},${a},${b}`)}`, ['INDEX_COLUMN']],
    ['columns that are counted', `0,1\n${lines((a, b) => `${a},${b}`)}`, ['HEADER'], ['0', '1']],
    ['dates', `day,a,b\n${lines((a, b, i) => `2024-01-${i + 1},${a},${b}`)}`, ['TEXT_COLUMNS']],
    ['names twice', `a,a\n${lines((a, b) => `${a},${b}`)}`, ['NAMES'], ['a', 'a.1']],
    [
      'a header again and again',
      `a,b\n${lines((a, b, i) => `${i % 10 === 5 ? 'a,b\n' : ''}${a},${b}`)}`,
      ['REPEATED_HEADER'],
    ],
    ['a name that is a number', `x,7\n${lines((a, b) => `${a},${b}`)}`, ['HEADER'], ['x', '7']],
    [
      'names and no header',
      lines((a, b, i) => `${a},${b},${i % 2 ? 'setosa' : 'virginica'}`),
      ['HEADER', 'TEXT_COLUMNS'],
      ['1', '2'],
    ],
  ])('%s', async (_, text, notes, columns = ['a', 'b']) => {
    const table = await parseCsv(text);
    expect(columnNames(table.columns)).toEqual(columns);
    const values = [...table.values];
    expect(values.map(Math.abs)).toEqual(expected.map(Math.abs));
    expect(codes(table)).toEqual(notes);
    for (const note of table.notes) expect(note.text).not.toBe('');
  });

  test('marks between thousands, of every kind', async () => {
    for (const [decimal, mark] of [
      ['.', ','],
      ['.', "'"],
      ['.', '\u202f'],
      [',', '.'],
      [',', ' '],
    ] as const) {
      const field = (value: number): string =>
        `${Math.floor(value / 1000)}${mark}${String(Math.floor(value) % 1000).padStart(3, '0')}${decimal}${Math.round((value % 1) * 10)}`;
      const values = Array.from({ length: 20 }, (_, i) => 1234.5 + 617 * i);
      const table = await parseCsv(`a;b\n${values.map((value, i) => `${field(value)};${i % 3}`).join('\n')}`);
      expect([...table.values].filter((_, i) => i % 2 === 0)).toEqual(values);
      expect(codes(table)).toContain('NUMBER_FORMAT');
    }
    const grouped = `a;b\n${Array.from({ length: 9 }, (_, i) => `1,${i}00,000;${i}.5`).join('\n')}`;
    expect((await parseCsv(grouped)).values[2]).toBe(1_100_000);
    expect((await parseCsv('a,b\n($1.50),2\n$3,1\n1,5')).values[0]).toBe(-1.5);
  });

  test('what was guessed in one file counts in another that does not tell', async () => {
    const text = 'a|b\n1,234|2\n3,456|7';
    expect((await parseCsv(text, { like: { decimal: ',' } })).values[0]).toBeCloseTo(1.234);
    expect((await parseCsv(text, { like: { decimal: '.' } })).values[0]).toBe(1234);
    expect(columnNames((await parseCsv('a^b\n1^2\n3^5', { like: { delimiter: '^' } })).columns)).toEqual(['a', 'b']);
  });

  test('what is read is the same however the note has it otherwise', async () => {
    const table = await parseCsv(`0,1\n${lines((a, b) => `${a},${b}`)}`);
    const other = await parseCsv(`0,1\n${lines((a, b) => `${a},${b}`)}`, table.notes[0]?.otherwise);
    expect([table.count, other.count]).toEqual([30, 31]);
  });
});

describe('numbers say which column is meant, whatever the names are', () => {
  const years = `site,2,2,3\n${lines((a, b, i) => `s${i},${a},${b},${i * i}`)}`;
  test.each<[CsvOptions['columns'], string[], number[]]>([
    [
      ['2', '3'],
      ['2', '3'],
      [2, 4],
    ],
    [
      [':2', ':3'],
      ['2', '2.1'],
      [2, 3],
    ],
    [
      [2, 3],
      ['2', '2.1'],
      [2, 3],
    ],
    [[':2-4'], ['2', '2.1', '3'], [2, 3, 4]],
    [
      ['3', '2.1'],
      ['3', '2.1'],
      [4, 3],
    ],
  ])('%j', async (columns = [], names, numbers) => {
    expect(await parseCsv(years, { header: true, columns })).toMatchObject({
      columns: names.map((name, i) => ({ name, place: numbers[i] })),
    });
  });
});

/** Reads with the advice of each refusal, entry by entry, until it is read; the number of refusals on the way. */
async function follow(text: string, options: CsvOptions, choice: number, depth = 0): Promise<[ReadTable, number]> {
  try {
    return [await parseCsv(text, options), depth];
  } catch (error) {
    const { advice = [] } = refusalOf(error) ?? {};
    expect(isDiffeoError(error), String(error)).toBe(true);
    expect((error as Error).message.length).toBeLessThan(1500);
    const next = advice[Math.min(choice, advice.length - 1)];
    if (!next || depth > 1) throw error;
    return await follow(text, withAdvice(options, next), choice, depth + 1);
  }
}

describe('a refusal names all that is wrong, and each of its advices is followed by a table', () => {
  const rows = (write: (a: string, b: string, i: number) => string): string => `a,b,c\n${lines(write)}`;
  test.each<[string, string, RegExp, CsvOptions?]>([
    ['a gap', rows((a, b, i) => `${a},${b},${i === 4 ? '-' : i ** 2}`), /CSV_MISSING.*line 6, column 'c'/],
    [
      'gaps in many columns',
      rows((a, b, i) => `${i % 9 ? a : 'NA'},${b},${i % 7 ? i ** 2 : ''}`),
      /CSV_MISSING.*'a'.*'c'|CSV_MISSING.*'c'.*'a'/,
    ],
    ['a column of gaps mostly', rows((a, b, i) => `${a},${b},${i % 9 ? '.' : i}`), /CSV_MISSING.*exclude: \["c"\]/],
    ['text once', rows((a, b, i) => `${a},${i === 20 ? 'oops' : b},${i * i}`), /CSV_TEXT.*line 22, column 'b'.*'oops'/],
    [
      'text with a comma',
      rows((a, b, i) => `${a},${i === 20 ? '"oops, no"' : b},${i * i}`),
      /CSV_TEXT.*exclude: \["b"\]/,
    ],
    ['text and gaps', rows((a, b, i) => `${i ? a : ''},${i === 9 ? 'x' : b},${i * i}`), /CSV_TEXT.*'b'.*Also .*'a'/],
    ['infinity', rows((a, b, i) => `${a},${i === 3 ? 'inf' : b},${i * i}`), /CSV_NOT_FINITE/],
    ['a short row', rows((a, b, i) => (i === 7 ? a : `${a},${b},${i * i}`)), /CSV_RAGGED.*line 9/],
    ['a long row', rows((a, b, i) => `${a},${b},${i * i}${i === 7 ? ',1' : ''}`), /CSV_RAGGED.*line 9/],
    ['a quote inside', rows((a, b, i) => `${a},${b},${i === 4 ? '5"' : i * i}`), /CSV_QUOTE.*line 6/],
    ['names or data', `site,2,3\n${lines((a, b, i) => `s${i},${a},${b}`)}`, /CSV_HEADER/],
    [
      'decimals or thousands',
      `a|b\n${lines((a, _, i) => `${a.replace('.', '').replace('-', '')}|1,${100 + i}`)}`,
      /CSV_DECIMAL/,
    ],
    ['an unknown column', rows((a, b, i) => `${a},${b},${i * i}`), /CSV_UNKNOWN_COLUMN/, { columns: ['a', 'bb', 'c'] }],
    ['a column twice', rows((a, b, i) => `${a},${b},${i * i}`), /CSV_DUPLICATE_COLUMN/, { columns: ['a', 1, 'c'] }],
    ['columns of text', rows((a, b, i) => `${a},${b},x${i}`), /CSV_NO_NUMBERS/, { columns: ['c'] }],
    [
      'names and data of numbers',
      `7,8\n${lines((a, b) => `${a},${b}`)}`,
      /CSV_UNKNOWN_COLUMN/,
      { columns: ['a', 'b'] },
    ],
    ['tiny numbers', `t,x\n${lines((a, _, i) => `${i * i}e-50,${a}`)}`, /CSV_PRECISION.*'t'/],
    ['no row without gaps', `a,b,c\n${lines((a, b, i) => (i % 2 ? `${a},${b},` : `${a},,${b}`))}`, /CSV_MISSING/],
    [
      'a gap under a name with a comma',
      `a,"b, c",2\n${lines((a, b, i) => `${a},${i % 3 ? b : ''},${i % 4 ? i * i : ''}`)}`,
      /CSV_MISSING/,
    ],
    [
      'gaps in 400 columns',
      `${Array.from({ length: 401 }, (_, i) => `n${i}`)}\n${lines((a, _, i) => [a, ...Array.from({ length: 400 }, (_, c) => ((i + c) % 5 ? i * i + c : ''))].join(',')).replace(/^/, '')}`,
      /CSV_MISSING.* and \d+ more/,
    ],
  ])('%s', async (_, text, message, options = {}) => {
    const error = await parseCsv(text, options).catch((reason: unknown) => reason);
    expect(`${(error as { code: string }).code}: ${(error as Error).message}`).toMatch(message);
    const { advice = [] } = refusalOf(error) ?? {};
    expect(advice.length).toBeGreaterThan(0);
    for (const choice of advice.keys()) {
      const [table, refusals] = await follow(text, options, choice);
      expect(table.count).toBeGreaterThanOrEqual(10);
      // With quotes as characters as any other, a field with one is found to be text.
      expect(refusals).toBe(message.source === 'CSV_QUOTE.*line 6' ? 2 : 1);
    }
  });
});

test('reading takes time in proportion to the columns, half of them of one name', async () => {
  /** What this thread computes, whatever else the machine does, in microseconds. */
  const work = async (columns: number): Promise<number> => {
    const names = Array.from({ length: columns }, (_, i) => (i % 2 ? 'twice' : `g${i}`));
    const row = Array.from({ length: columns }, (_, i) => (i % 3 ? '1.5' : 'x'));
    const text = `${names}\n${`${row}\n`.repeat(3)}`;
    const before = process.threadCpuUsage();
    const table = await parseCsv(text, { exclude: [':1-12', 'twice'] });
    expect(table.columns.length).toBe((columns * 2) / 3 - 8);
    expect((await parseCsv(text, { columns: columnNames(table.columns) })).columns).toEqual(table.columns);
    return process.threadCpuUsage(before).user;
  };
  await work(9000);
  const [few, many] = [await work(15_000), await work(150_000)];
  // 10 where nothing is quadratic, 100 where all is.
  expect(many / few).toBeLessThan(35);
});

test('reading is cancelled by a signal while other things have their turn', async () => {
  const controller = new AbortController();
  function* rows() {
    yield 'a,b\n';
    for (let i = 0; ; i++) yield `${i},${(i * 7) % 11}\n`.repeat(20_000);
  }
  setTimeout(() => controller.abort(), 20);
  await expect(parseCsv(rows(), { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});

describe('what has no end is refused', () => {
  function* forever(piece: string, first = '') {
    yield first;
    for (;;) yield piece;
  }
  test.each([
    ['a line', forever('a'.repeat(2 ** 20)), 'CSV_LINE'],
    ['a line after the header', forever('1'.repeat(2 ** 20), 'a,b\n1,2\n'), 'CSV_LINE'],
    ['text', forever('y\n'.repeat(5000)), 'CSV_NO_NUMBERS'],
    ['one row', forever('1,2\n'.repeat(50_000)), 'CSV_ENDLESS'],
    [
      'rows of another width',
      forever('1,2\n'.repeat(5000), 'a,b\n1,2\n2,5\n'.repeat(4000).concat('3\n'.repeat(9e5))),
      'CSV_ENDLESS',
    ],
    ['a quoted field', forever('1\n'.repeat(50_000), 'a,b\n1,2\n2,3\n3,"'), 'CSV_QUOTE'],
  ])('%s', async (_, source, code) => {
    await expect(parseCsv(source)).rejects.toMatchObject({ code });
  });
});
