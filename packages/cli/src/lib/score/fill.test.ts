import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '@diffeo/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { quick } from '../../../test/quick.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

/** A kind, a whole number that goes with it, and a weight that goes with both. */
function birds(count: number): string[] {
  const source = randomSource(2);
  return Array.from({ length: count }, () => {
    const kind = source.integer(2);
    const eggs = 2 + 5 * kind + source.integer(2);
    return `${['owl', 'hen'][kind]},${eggs},${(20 + 10 * kind + eggs + 0.5 * source.normal()).toFixed(2)}`;
  });
}
const header = 'kind,eggs,weight';
const rowsOf = (csv: string): string[][] =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

beforeAll(async () => {
  scratch.file('birds.csv', [header, ...birds(200), ''].join('\n'));
  scratch.file('people.csv', peopleCsv(200));
  const runs = [
    await diffeo('train', 'birds.csv', '--effort', 'fast'),
    await diffeo('train', 'birds.csv', '--effort', 'fast', '--context', 'kind', '--out', 'given'),
    await diffeo('train', 'people.csv', '--columns', 'height,mass', '--effort', 'fast'),
    await diffeo('train', 'two-moons', ...quick, '--out', 'moons'),
  ];
  for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
});

describe('diffeo fill', () => {
  it('draws gaps by what else is known, and leaves all else as it is', async () => {
    scratch.file('gaps.csv', `${header}\nowl,2,\nhen,,38.5\n,8,37.25\n,,\nowl,3,23.31\n`);
    const { code, stdout, stderr } = await diffeo('fill', 'diffeo-birds', 'gaps.csv');
    expect(code, stderr).toBe(0);
    expect(stderr).toBe('gaps.csv: 6 gaps filled in 5 rows\n');
    expect(stdout.split('\n')[0]).toBe(header);
    const rows = rowsOf(stdout);
    expect(rows.map(([kind, eggs]) => [kind, eggs])).toMatchObject({
      0: ['owl', '2'],
      2: ['hen', '8'],
      4: ['owl', '3'],
    });
    expect(rows[4]).toEqual(['owl', '3', '23.31']);
    expect(Number(rows[0]?.[2])).toBeGreaterThan(18);
    expect(Number(rows[0]?.[2])).toBeLessThan(27);
    expect(['7', '8']).toContain(rows[1]?.[1]);
    expect(rows[3]?.every((cell) => cell !== '')).toBe(true);
  });

  it('draws whole tables several times, into any format', async () => {
    scratch.file('gaps.csv', `${header}\nowl,2,\nhen,7,37\n`);
    const { code, stderr } = await diffeo('fill', 'diffeo-birds', 'gaps.csv', '--draws', '30', '--out', 'filled.jsonl');
    expect(code, stderr).toBe(0);
    const rows = readFileSync(join(scratch.path, 'filled.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(60);
    expect(rows[2]).toMatchObject({ draw: 2, row: 1, kind: 'owl', eggs: 2 });
    expect(rows.filter(({ row }) => row === 2).every(({ weight }) => weight === 37)).toBe(true);
    expect(new Set(rows.filter(({ row }) => row === 1).map(({ weight }) => weight)).size).toBeGreaterThan(20);
  });

  it('fills tables of numbers by weighed candidates, and says what they are worth', async () => {
    scratch.file('gaps.csv', 'name,height,mass\na,1.8,\nb,,60\nc,1.7,65\n');
    const [first, again] = [
      await diffeo('fill', 'diffeo-people', 'gaps.csv', '--seed', '4'),
      await diffeo('fill', 'diffeo-people', 'gaps.csv', '--seed', '4'),
    ];
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/^gaps\.csv: 2 gaps filled in 3 rows, from candidates worth \d+ draws or more\n$/);
    expect(rowsOf(first.stdout)).toMatchObject(
      [
        ['1.8', /./],
        [/./, '60'],
        ['1.7', '65'],
      ].map((row) => row.map((cell) => (typeof cell === 'string' ? cell : expect.stringMatching(/^\d/)))),
    );
    expect(again.stdout).toBe(first.stdout);
  });

  it('draws columns that the data lack, and says so; keeps gaps in what the model is given', async () => {
    scratch.file('short.csv', 'eggs,kind\n2,owl\n8,hen\n');
    const { stdout, stderr } = await diffeo('fill', 'diffeo-birds', 'short.csv');
    expect(stderr).toMatch(
      /^short\.csv has no column weight: drawn for every row\nshort\.csv: 2 gaps filled in 2 rows\n$/,
    );
    expect(rowsOf(stdout).map(([kind, eggs]) => `${kind} ${eggs}`)).toEqual(['owl 2', 'hen 8']);
    scratch.file('gaps.csv', `${header}\nowl,,\n,3,23\n`);
    const given = await diffeo('fill', 'given', 'gaps.csv');
    expect(given.code, given.stderr).toBe(0);
    expect(given.stderr).toContain('gaps in kind stay');
    expect(rowsOf(given.stdout)[1]?.[0]).toBe('');
  });

  it('is not the advice where the data lack what the model is given', async () => {
    scratch.file('ungiven.csv', 'eggs,weight\n2,300\n');
    scratch.file('part.csv', 'kind,eggs\nowl,2\n');
    const [ungiven, part] = [await diffeo('score', 'given', 'ungiven.csv'), await diffeo('score', 'given', 'part.csv')];
    expect([ungiven.code, ungiven.stderr]).toEqual([2, expect.not.stringContaining('diffeo fill')]);
    expect([part.code, part.stderr]).toEqual([2, expect.stringContaining('diffeo fill draws')]);
  });

  it.each<[string, string, string, string[], RegExp]>([
    [
      'a category that the model does not know',
      'diffeo-birds',
      `${header}\nemu,2,\n`,
      [],
      /row 1 has a category in 'kind' that the model does not know: it knows .*owl/,
    ],
    ['none of the columns', 'diffeo-birds', 'a,b\n1,2\n', [], /has no column of the model/],
    ['a model of points', 'moons', 'x,y\n1,\n', ['--draws', '0'], /--draws must be a whole number from 1/],
    [
      'what the model is given',
      'given',
      'eggs,weight\n1,\n',
      [],
      /the model is of rows given kind, which the data lack/,
    ],
  ])('refuses %s, and writes nothing', async (_, model, csv, args, message) => {
    scratch.file('bad.csv', csv);
    const { code, stdout, stderr } = await diffeo('fill', model, 'bad.csv', '--out', 'bad-filled.csv', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(readdirSync(scratch.path).filter((name) => name.includes('bad-filled'))).toEqual([]);
  });
});
