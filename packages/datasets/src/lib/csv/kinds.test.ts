import { isDiffeoError } from '@diffeo/core';
import { expect, test } from 'vitest';
import { type ColumnKind, rawNumber } from '../data/column.ts';
import { describeColumns } from '../data/describe-columns.ts';
import { learnable } from '../data/learnable.ts';
import type { CsvOptions } from './csv-options.ts';
import { parseCsv } from './parse-csv.ts';

const all: CsvOptions = { take: 'all' };
const rows = (header: string, write: (i: number) => string, count = 200): string =>
  [header, ...Array.from({ length: count }, (_, i) => write(i)), ''].join('\n');
/** As good as by chance, between 0 and 1. */
const chance = (i: number): number => (Math.abs(Math.sin(12.9898 * i + 1) * 43758.5453) % 1) as number;

const columnOf: Readonly<Record<string, readonly [kind: ColumnKind, write: (i: number) => string | number]>> = {
  measure: ['real', (i) => 10 * Math.log(chance(i)) + 11],
  height: ['positive', (i) => 1 + chance(3 * i)],
  share: ['bounded', (i) => chance(i)],
  visits: ['integer', (i) => Math.floor(40 * chance(i))],
  weight: ['rounded', (i) => (50 + Math.floor(90 * chance(5 * i)) / 10).toFixed(1)],
  rain: ['zero-inflated', (i) => (i % 3 ? 0 : 5 * chance(i))],
  value: ['tied', (i) => (i % 4 ? 50 * chance(i) : 50)],
  species: ['category', (i) => ['Adelie', 'Gentoo', 'Chinstrap'][i % 3] ?? ''],
  code: ['category', (i) => 90210 + (i % 7)],
  zip: ['category', (i) => `0${2138 + (i % 5)}`],
  sex: ['category', (i) => 1 + (i % 2)],
  smoker: ['boolean', (i) => (i % 3 ? 'yes' : 'No')],
  alive: ['boolean', (i) => i % 2],
  day: ['date', (i) => new Date(Date.UTC(2012, 0, 1 + i)).toISOString().slice(0, 10)],
  nothing: ['constant', () => 7],
  id: ['index', (i) => i + 1],
  customer_id: ['identifier', (i) => 1000 + ((i * 7919) % 5000)],
  name: ['identifier', (i) => `person ${i}`],
  comment: ['text', (i) => `on ${Math.floor(300 * chance(i))}`],
};
const names = Object.keys(columnOf);
const everything = rows(names.join(','), (i) => names.map((name) => columnOf[name]?.[1](i)).join(','));

test('each kind of column is found out, with a reason', async () => {
  const { columns } = await parseCsv(everything, all);
  expect(columns.map(({ name, kind }) => [name, kind])).toEqual(names.map((name) => [name, columnOf[name]?.[0]]));
  for (const { name, reason } of columns) expect(reason, name).toMatch(/\S/);
});

test('what is said of a column holds, and what there is not is refused', async () => {
  const kinds = { visits: 'category', alive: 'integer', id: 'real', code: 'integer' } as const;
  const { columns } = await parseCsv(everything, { ...all, kinds });
  const found = new Map(columns.map((column) => [column.name, column]));
  for (const [name, kind] of Object.entries(kinds)) expect(found.get(name)).toMatchObject({ name, kind });
  expect(found.get('visits')?.categories?.length).toBeGreaterThan(20);
  expect(found.get('visits')).not.toHaveProperty('reason');
  await expect(parseCsv(everything, { ...all, kinds: { nobody: 'real' } })).rejects.toMatchObject({
    code: 'CSV_UNKNOWN_COLUMN',
  });
});

test('kinds do not depend on how the text comes', async () => {
  const whole = await parseCsv(everything, all);
  const pieces = everything.match(/[\s\S]{1,997}/g) ?? [];
  const cut = await parseCsv(pieces, all);
  expect(cut).toEqual(whole);
  const quoted = await parseCsv(everything.replace(/person \d+/g, '"$&"'), all);
  expect({ ...quoted, notes: [] }).toEqual({ ...whole, notes: [] });
});

test('raw numbers, categories, dates and gaps come back', async () => {
  const text = rows(
    'when,colour,x,group',
    (i) => `${2000 + (i % 9)}-03-0${1 + (i % 5)},${i % 4 ? 'red' : 'blue'},${i % 5 ? i / 8 : 'NA'},${2 + (i % 2)}`,
  );
  const { values, columns, count } = await parseCsv(text, all);
  expect(columns.map(({ missing = 0 }) => missing)).toEqual([0, 0, 40, 0]);
  const [when, colour, x, group] = columns as [
    (typeof columns)[0],
    (typeof columns)[0],
    (typeof columns)[0],
    (typeof columns)[0],
  ];
  expect(colour.categories).toEqual(['blue', 'red']);
  for (let i = 0; i < count; i++) {
    const [a = 0, b = 0, c = 0, d = 0] = values.subarray(4 * i, 4 * i + 4);
    expect(rawNumber(a, when) * 1000).toBe(Date.UTC(2000 + (i % 9), 2, 1 + (i % 5)));
    expect(colour.categories?.[b]).toBe(i % 4 ? 'red' : 'blue');
    if (i % 5) expect(rawNumber(c, x)).toBe(i / 8);
    else expect(c).toBeNaN();
    expect(group.categories?.[d]).toBe(`${2 + (i % 2)}`);
    expect(rawNumber(d, group)).toBe(2 + (i % 2));
  }
});

test('the columns of another file are taken as they were there', async () => {
  const text = (shift: number) =>
    rows('when,colour', (i) => `2012-01-${10 + ((i + shift) % 15)},${(i + shift) % 3 ? 'red' : 'blue'}`);
  const first = await parseCsv(text(0), all);
  const again = await parseCsv(text(0).split('\n').slice(0, 4).join('\n'), { ...all, known: first.columns });
  expect(again.columns.map(({ origin, unit, categories }) => ({ origin, unit, categories }))).toEqual(
    first.columns.map(({ origin, unit, categories }) => ({ origin, unit, categories })),
  );
  expect(again.values).toEqual(first.values.subarray(0, 6));
  const strange = `${text(0)}2012-01-10,green\n`;
  await expect(parseCsv(strange, { ...all, known: first.columns, missing: 'error' })).rejects.toThrow(/green/);
  expect(Number.isNaN((await parseCsv(strange, { ...all, known: first.columns })).values.at(-1))).toBe(true);
});

test('a column of two numbers is the same again under the columns of another file, however they are written', async () => {
  const text = (write: (number: number) => string) => rows('x,group', (i) => `${chance(i)},${write(i % 3 ? 3 : 7)}`);
  for (const write of [String, (number: number) => number.toFixed(1)]) {
    const first = await parseCsv(text(write), all);
    expect(first.columns[1]?.categories).toEqual(['3', '7']);
    expect(first.values.subarray(0, 4).filter((_, i) => i % 2)).toEqual(Float32Array.of(1, 0));
    for (const again of [String, (number: number) => number.toFixed(2)]) {
      expect((await parseCsv(text(again), { ...all, known: first.columns, missing: 'error' })).values).toEqual(
        first.values,
      );
    }
  }
});

test('categories of a long table are those of all its rows', async () => {
  const text = rows('x,code', (i) => `${i % 977},${i === 199_999 ? 5 : 1 + (i % 3)}`, 200_000);
  const { columns, values } = await parseCsv(text, all);
  expect(columns[1]?.categories).toEqual(['1', '2', '3', '5']);
  expect(values.at(-1)).toBe(3);
  const bare = {
    values: Float32Array.from({ length: 200_000 }, (_, i) => (i === 199_999 ? 5 : i % 2)),
    count: 200_000,
  };
  const described = describeColumns({ ...bare, eventShape: [1], columns: [{ name: 'n', kind: 'real' }] });
  expect(described[0]?.kind).toBe('integer');
});

test('what can be learned of a table is its numbers, and all else is said', async () => {
  const { table, notes } = learnable(await parseCsv(everything, all));
  expect(table.columns.map(({ name }) => name)).toEqual(
    names.filter(
      (name) => !['category', 'boolean', 'constant', 'index', 'identifier', 'text'].includes(columnOf[name]?.[0] ?? ''),
    ),
  );
  expect(table.values.every(Number.isFinite)).toBe(true);
  const said = notes.map(({ text }) => text).join('\n');
  for (const name of names.slice(7)) expect(said).toContain(`'${name}'`);
  const asked = learnable(await parseCsv(everything, all), { asked: ['sex', 'id', 'species'] }).table;
  expect(asked.columns.map(({ name }) => name)).toEqual(expect.arrayContaining(['sex', 'id']));
  expect(asked.columns.map(({ name }) => name)).not.toContain('species');
  const texts = await parseCsv(everything, { ...all, columns: ['species', 'name'] });
  expect(() => learnable(texts)).toThrow(/no column holds numbers to learn from: 'species' is a category/);
});

test('gaps cost rows or the columns that lack most, and functions of other columns go', async () => {
  const text = rows('a,b,c,sum', (i) => {
    const [a, b] = [Math.round(1000 * chance(i)), Math.round(100 * chance(i + 0.5))];
    return `${i % 20 ? a : ''},${b},${i % 4 ? '' : i},${a + b}`;
  });
  const { table, notes } = learnable(await parseCsv(text, all));
  expect(table.columns.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(table.count).toBe(190);
  expect(notes.map(({ code }) => code)).toEqual(['INCOMPLETE_COLUMNS', 'DROPPED', 'DEPENDENT_COLUMNS']);
});

test('nothing is guessed where that is forbidden', async () => {
  const strict: CsvOptions = { ...all, strict: true };
  const numbers = rows('a,b', (i) => `${chance(i)},${-chance(2 * i)}`);
  expect((await parseCsv(numbers, strict)).count).toBe(200);
  for (const text of [
    everything,
    numbers.replaceAll(',', ' '),
    `# made today\n${numbers}`,
    rows('a,b', (i) => `${chance(i)},x${i % 3}`),
  ]) {
    const error = await parseCsv(text, strict).then(
      () => expect.fail('it was read'),
      (reason: unknown) => reason,
    );
    expect(isDiffeoError(error) && error.code).toBe('GUESSED');
  }
  const said = rows('a,b', (i) => `${chance(i)},x${i % 3}`);
  expect((await parseCsv(said, { ...strict, kinds: { b: 'category' } })).columns[1]?.kind).toBe('category');
  await expect(parseCsv(`${numbers},1\n`, strict)).rejects.toMatchObject({ code: 'CSV_MISSING' });
});

test('the last row of a table of texts is not a footer', async () => {
  const { count } = await parseCsv(
    rows('when,x,kind', (i) => `2011-02-${10 + (i % 9)},${i},a${i % 2}`),
    all,
  );
  expect(count).toBe(200);
});

test('kinds of numbers in memory are those of the file they came from', async () => {
  const numeric = names.filter((name) =>
    /real|positive|bounded|integer|rounded|zero|tied/.test(columnOf[name]?.[0] ?? ''),
  );
  const read = await parseCsv(everything, { ...all, columns: numeric });
  const bare = {
    ...read,
    columns: read.columns.map(({ name, origin = 0 }) => ({ name, kind: 'real' as const, origin })),
  };
  expect(describeColumns(bare).map(({ kind }) => kind)).toEqual(read.columns.map(({ kind }) => kind));
  expect(describeColumns(bare, { kinds: { visits: 'real' } }).find(({ name }) => name === 'visits')?.kind).toBe('real');
});

test('times have the step that they are written to', async () => {
  const times = Array.from(
    { length: 40 },
    (_, i) => `2024-03-${10 + (i % 15)} ${8 + (i % 9)}:${10 + ((7 * i) % 50)},${i}.5`,
  );
  const read = async (lines: readonly string[]) =>
    (await parseCsv(['when,x', ...lines].join('\n'), { take: 'all' })).columns[0];
  expect(await read(times)).toMatchObject({ kind: 'date', step: 60 });
  expect(await read(times.map((line, i) => line.replace(',', `:${10 + (i % 50)},`)))).toMatchObject({ step: 1 });
  expect((await read(times.map((line) => line.replace(/ .*,/, ','))))?.step).toBeUndefined();
});
