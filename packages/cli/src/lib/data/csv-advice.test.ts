import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Run, runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { advisedCommands, withCsvFlags } from '../options/csv-flags.ts';

const scratch = scratchFolder();
const rows = Array.from({ length: 30 }, (_, i) => [
  (Math.sin(7 * i) * 3).toFixed(2),
  (5 + Math.cos(3 * i + 1)).toFixed(2),
]);
const table = (header: string, write: (a: string, b: string, i: number) => string): string =>
  [header, ...rows.map(([a = '', b = ''], i) => write(a, b, i)), ''].join('\n');

/** The words of a command as a shell takes them, without the first. */
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|[^\s']+/g)].map(([word, quoted]) => quoted ?? word).slice(1);

/** What `train` advises, tried. */
async function followed(stderr: string): Promise<Run[]> {
  const commands = stderr.split('\n').filter((line) => line.startsWith('  diffeo train'));
  expect(commands.length, stderr).toBeGreaterThan(0);
  return await Promise.all(
    commands.map((line, i) =>
      runDiffeo([...words(line.trim()), '--steps', '1', '--anew', '--out', `followed-${i}`], scratch.path),
    ),
  );
}

describe('what diffeo train advises is a command that trains, and whose model scores the same file', () => {
  it.each([
    ['a missing value', ['--missing', 'error'], table('a,b', (a, b, i) => `${a},${i % 9 ? b : '-'}`)],
    [
      'a text, a gap, a long row',
      ['--missing', 'error'],
      table(
        'a,b,c',
        (a, b, i) => `${i ? a : 'x y'},${i === 5 ? '' : b},${i * i}${i === 9 ? ',' : ''}${i === 8 ? ',1' : ''}`,
      ),
    ],
    [
      'a sum',
      ['--columns', ':1-3'],
      table('fare,tip,"all, of it"', (a, b) => `${a},${b},${(Number(a) + Number(b)).toFixed(2)}`),
    ],
  ])('%s', async (_, args, text) => {
    scratch.file('my file.csv', text);
    const refused = await runDiffeo(['train', 'my file.csv', ...args], scratch.path);
    expect(refused.code).toBe(2);
    for (const [i, run] of (await followed(refused.stderr)).entries()) {
      expect(run.code, run.stderr).toBe(0);
      const scored = await runDiffeo(['score', `followed-${i}`, 'my file.csv', '--missing', 'drop'], scratch.path);
      expect(scored.code, scored.stderr).toBe(0);
    }
  });

  it('takes the first columns where there are too few rows for all', async () => {
    const names = ['day', ...Array.from({ length: 40 }, (_, i) => `c${i}`)];
    const wide = rows
      .slice(0, 20)
      .map((_, row) => [`day ${row}`, ...names.slice(1).map((_, i) => Math.sin(row * (i + 2) ** 2))]);
    scratch.file('wide.csv', [names, ...wide].join('\n'));
    const refused = await runDiffeo(['train', 'wide.csv'], scratch.path);
    expect(refused.stderr).toMatch(
      /too few rows.*Give more rows, or fewer columns\. Try:\n {2}diffeo train wide\.csv --columns :2,/,
    );
    for (const run of await followed(refused.stderr)) expect(run.code, run.stderr).toBe(0);
  });

  it('reads a file for a model as it was read in training, and says so', async () => {
    const text = table('Tag;a;b;', (a, b, i) => `2024-${i};${a.replace('.', ',')};${b.replace('.', ',')};`);
    scratch.file('german.csv', Buffer.from(`größe ${text}`, 'latin1'));
    const trained = await runDiffeo(['train', 'german.csv', '--steps', '1'], scratch.path);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/german\.csv: its text is not UTF-8/);
    expect(trained.stderr).toMatch(/column 'größe Tag' tells rows apart, and is left out/);
    expect(trained.stderr).toMatch(/a comma stands before the decimals of columns 'a', 'b'; otherwise: --decimal \./);
    const scored = await runDiffeo(['score', 'diffeo-german', 'german.csv'], scratch.path);
    expect(scored.code, scored.stderr).toBe(0);
    expect(scored.stdout.trim().split('\n')).toHaveLength(31);
    scratch.file('one.csv', 'a;b\n1,234;2,345\n');
    const one = await runDiffeo(['score', 'diffeo-german', 'one.csv', '--json'], scratch.path);
    expect(JSON.parse(one.stdout).mean).toBeGreaterThan(-1e3);
  });

  it('keeps times in milliseconds: scores of the same file, and samples in its units', async () => {
    const start = 1_700_000_000_000;
    scratch.file(
      'times.csv',
      table('time,x', (a, _, i) => `${start + 1000 * ((i * 37) % 97)},${a}`),
    );
    const trained = await runDiffeo(['train', 'times.csv', '--steps', '1'], scratch.path);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/1700000000000 is taken off the numbers of column 'time'/);
    const sampled = await runDiffeo(['sample', 'diffeo-times', '--count', '20', '--out', 'drawn.csv'], scratch.path);
    expect(sampled.code, sampled.stderr).toBe(0);
    const drawn = readFileSync(join(scratch.path, 'drawn.csv'), 'utf8').trim().split('\n').slice(1);
    for (const line of drawn) expect(Math.abs(Number(line.split(',')[0]) - start)).toBeLessThan(1e7);
    for (const file of ['times.csv', 'drawn.csv']) {
      const { stdout } = await runDiffeo(['score', 'diffeo-times', file, '--json'], scratch.path);
      // A minute or so of milliseconds by a few units of x.
      expect(JSON.parse(stdout).mean).toBeGreaterThan(-30);
    }
  });

  it('leaves columns out that never change, with a word', async () => {
    scratch.file(
      'constant.csv',
      table('a,k,b', (a, b) => `${a},7,${b}`),
    );
    const run = await runDiffeo(['train', 'constant.csv', '--steps', '1'], scratch.path);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/constant\.csv: column 'k' never changes, and is left out/);
    const asked = await runDiffeo(['train', 'constant.csv', '--columns', 'a,k'], scratch.path);
    expect(asked.stderr).toMatch(
      /column 'k' \(always 7\).*\n {2}diffeo train constant\.csv --columns a,k --exclude k\n/,
    );
  });
});

describe('files as people have them train without an option', () => {
  it.each([
    ['a missing value', table('a,b', (a, b, i) => `${a},${i % 9 ? b : '-'}`), /4 of 30 rows lack a value/],
    ['a category and a name', table('a,kind,name,b', (a, b, i) => `${a},k${i % 3},n${i},${b}`), /'kind' is a category/],
    [
      'dates',
      table('day,a,b', (a, b, i) => `${1 + (i % 28)}.${1 + (i % 12)}.2020,${a},${b}`),
      /'day' holds dates .*days/,
    ],
    [
      'text among numbers, a long row',
      table('a,b', (a, b, i) => `${i === 7 ? 'off' : a},${b}${i === 9 ? ',1' : ''}`),
      /\('off', in 1 row\) is taken as missing/,
    ],
    [
      'comments, blanks, decimal commas',
      `# by hand\n${table('a b', (a, b) => `${a} ${b}`).replaceAll('.', ',')}`,
      /comma stands before the decimals/,
    ],
    [
      'a sum, a constant, a count',
      table('id,a,b,sum,k', (a, b, i) => `${i + 1},${a},${b},${(Number(a) + Number(b)).toFixed(2)},5`),
      /'sum' is a linear function/,
    ],
    ['names that could be numbers', table('site,2,3', (a, b, i) => `s${i},${a},${b}`), /is read as names/],
  ])('%s', async (_, text, said) => {
    scratch.file('theirs.csv', text);
    const run = await runDiffeo(['train', 'theirs.csv', '--steps', '1', '--anew', '--out', 'theirs'], scratch.path);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(said);
    expect((await runDiffeo(['sample', 'theirs', '--count', '3'], scratch.path)).code).toBe(0);
  });

  it('with kinds that are said', async () => {
    scratch.file(
      'theirs.csv',
      table('a,id,b', (a, b, i) => `${a},${(i * 7) % 31},${b}`),
    );
    const args = ['--steps', '1', '--anew', '--out', 'said', '--json'];
    const run = await runDiffeo(['train', 'theirs.csv', '--kinds', 'id=integer,a=category', ...args], scratch.path);
    expect(run.stderr).toMatch(/column 'a' is a category/);
    expect(JSON.parse(run.stdout).dimensions).toBe(2);
    const wrong = await runDiffeo(['train', 'theirs.csv', '--kinds', 'id=intger'], scratch.path);
    expect(wrong.stderr).toMatch(/'id=intger' is none.*did you mean 'integer'/);
  });
});

describe('standard input', () => {
  it('is data for -, packed or not, and a model too', async () => {
    const text = table('a,b', (a, b) => `${a},${b}`);
    const run = await runDiffeo(['train', '-', '--steps', '1'], scratch.path, text);
    expect(run.code, run.stderr).toBe(0);
    expect(readdirSync(scratch.path)).toContain('diffeo-stdin');
    const scored = await runDiffeo(['score', 'diffeo-stdin', '-'], scratch.path, text);
    expect(scored.stdout.trim().split('\n')).toHaveLength(31);
    const both = await runDiffeo(['score', '-', '-'], scratch.path, '');
    expect(both.code).toBe(2);
    const bad = await runDiffeo(['train', '-', '--out', 'other'], scratch.path, 'a,b\nx,y\nz,y\nx,w\n');
    expect(bad.stderr).toMatch(/^diffeo: standard input: no column holds numbers/);
  });
});

describe('advised commands', () => {
  it('keep what was given, make lists longer and quote what a shell would take', () => {
    const args = ['train', 'my file.csv', '--exclude', 'a', '--header', '--missing=error', '--json'];
    expect(advisedCommands(args, [{ exclude: ['b c', 4], missing: 'drop', missingValues: ['-', 'x'] }])).toEqual([
      "diffeo train 'my file.csv' --header --json --exclude 'a,b c,:4' --missing drop --missing-values=-,x",
    ]);
    expect(withCsvFlags(['train', 'x.csv', '--no-header'], { header: true, delimiter: ' ', comment: false })).toEqual(
      'train x.csv --header --delimiter blank --comment none'.split(' '),
    );
  });
});
