import { existsSync, readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { type Run, runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import type { ReportFacts } from './facts/report-facts.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]): Promise<Run> => runDiffeo(args, scratch.path);
const at = (name: string): string => `${scratch.path}/${name}`;
const ok = async (...args: string[]): Promise<Run> => {
  const run = await diffeo(...args);
  expect(run.code, run.stderr).toBe(0);
  return run;
};

const people = peopleCsv(300);
/** A weight that no height explains, among rows that are as they were. */
const withGiant = people.replace(/person 7,.*/, 'person 7,1.7000,400.00');

beforeAll(async () => {
  scratch.file('people.csv', people);
  await ok('train', 'people.csv', '--effort', 'fast', '--seed', '2');
});

describe('report', () => {
  test('is one page that needs nothing else, and is judged by the rows that were held out', async () => {
    const { stdout, stderr } = await ok('report', 'diffeo-people', 'people.csv', '--samples', '2000');
    expect(stdout).toBe('diffeo-people/report.html\n');
    expect(stderr).toContain('How likely are rows that it has not seen?');
    const page = readFileSync(at('diffeo-people/report.html'), 'utf8');
    expect(page).toContain('<b>30 rows that were held out</b>: training saw the other 270');
    for (const title of [
      'Rows beside samples',
      'Calibration',
      'Beside simpler densities',
      'The least likely rows',
      'What was read',
    ]) {
      expect(page).toContain(`>${title}</h2>`);
    }
    // Nothing is fetched, and nothing runs.
    expect(page).not.toMatch(/<script|src=|href="(?!data:)|url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(page.match(/<svg/g)?.length).toBe(2 * page.split('<figure>').slice(1).length);
  });

  test('says the same twice, to the byte', async () => {
    const page = readFileSync(at('diffeo-people/report.html'), 'utf8');
    await ok('report', 'diffeo-people', 'people.csv', '--samples', '2000', '--out', 'again.html');
    expect(readFileSync(at('again.html'), 'utf8')).toBe(page);
  });

  test('of changed rows does not claim that they were held out, compares with nothing, and finds what was planted', async () => {
    scratch.file('changed.csv', withGiant);
    const { stdout } = await ok('report', 'diffeo-people', 'changed.csv', '--json', '--samples', '1000', '--top', '2');
    const facts = JSON.parse(stdout) as ReportFacts;
    expect(facts).toMatchObject({ rowsAre: 'other', rowsSeen: null, rowsRead: 300, compared: [] });
    expect(facts.notCompared).toContain('not those');
    const [first] = facts.unlikely;
    expect(first).toMatchObject({ row: 8, lessLikely: 0 });
    expect(first?.gains[1]).toBeGreaterThan(10);
    expect(first?.gains[1]).toBeGreaterThan(first?.gains[0] as number);
  });

  test('of rows that the model has not seen has likelihood, coverage and comparison of train’s own', async () => {
    const { stdout } = await ok('report', 'diffeo-people', 'people.csv', '--json');
    const facts = JSON.parse(stdout) as ReportFacts;
    const trained = JSON.parse(readFileSync(at('diffeo-people/report.json'), 'utf8'));
    expect(facts.rowsAre).toBe('held-out');
    expect(facts.scores.nll).toBeCloseTo(trained.heldOut.nll, 4);
    expect(facts.compared.map(({ name }) => name)).toEqual(['Gaussian', 'Gaussian mixture', 'kernel density']);
    // The same Gaussian but for the validation rows, which it may learn from here.
    expect(Math.abs((facts.compared[0]?.nll ?? 0) - trained.baseline.gaussianNll)).toBeLessThan(0.2);
    expect(facts.coverage.map(({ level }) => level)).toEqual([0.5, 0.9, 0.99]);
    expect(facts.columns.map(({ name }) => name)).toEqual(['height', 'mass']);
  });

  test('points of a density that is known are fresh', async () => {
    await ok(
      'train',
      'two-moons',
      ...'--steps 30 --batch 64 --layers 2 --hidden 16 --limit 2000 --held-out 1000'.split(' '),
    );
    const { stdout } = await ok('report', 'diffeo-two-moons', 'two-moons', '--json', '--samples', '500');
    expect(JSON.parse(stdout)).toMatchObject({
      rowsAre: 'fresh',
      compared: [],
      history: expect.arrayContaining([expect.objectContaining({ step: 30 })]),
    });
  });

  test('a mixed table is compared with its columns each by itself, and a Gaussian for each cell', async () => {
    const lines = people.trim().split('\n').slice(1);
    const csv = lines.map((line, i) => `${['a', 'b', 'c'][i % 3]},${line.split(',').slice(1).join(',')}`);
    scratch.file('kinds.csv', ['kind,height,mass', ...csv, ''].join('\n'));
    await ok('train', 'kinds.csv', '--effort', 'fast');
    const { stdout } = await ok(
      'report',
      'diffeo-kinds',
      'kinds.csv',
      '--json',
      '--samples',
      '500',
      '--out',
      'kinds.html',
    );
    const { compared, notCompared } = JSON.parse(stdout);
    expect(notCompared).toBeNull();
    expect(compared.map(({ name }: { name: string }) => name)).toEqual([
      'independent columns',
      'Gaussian for each cell',
    ]);
    for (const { difference } of compared) expect(difference.worse).toBe(false);
    const page = readFileSync(at('kinds.html'), 'utf8');
    expect(page).toContain('Gaussian for each cell');
  });

  test('escapes what stands in a table', async () => {
    const csv = people.replace('name,height,mass', 'name,<b>height</b>,"mass & ""more"""');
    scratch.file('markup.csv', csv);
    await ok('train', 'markup.csv', '--effort', 'fast');
    await ok('report', 'diffeo-markup', 'markup.csv', '--samples', '500');
    const page = readFileSync(at('diffeo-markup/report.html'), 'utf8');
    expect(page).not.toContain('<b>height</b>');
    expect(page).toContain('&lt;b&gt;height&lt;/b&gt;');
  });

  test('replaces a page of its own, and no other file', async () => {
    scratch.file('notes.html', '<p>mine</p>');
    const { code, stderr } = await diffeo('report', 'diffeo-people', 'people.csv', '--out', 'notes.html');
    expect(code).toBe(2);
    expect(stderr).toContain('notes.html is there, and is no report of diffeo');
    expect(readFileSync(at('notes.html'), 'utf8')).toBe('<p>mine</p>');
  });
});

describe('plot', () => {
  test.each(['pairs', 'margins', 'coverage', 'columns', 'scores', 'comparison'])('draws %s', async (kind) => {
    await ok('plot', 'diffeo-people', 'people.csv', '--show', kind, '--samples', '500', '--out', `${kind}.svg`);
    const svg = readFileSync(at(`${kind}.svg`), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toMatch(/NaN|undefined|var\(/);
  });

  test('draws the columns that are asked for, as a PNG too', async () => {
    await ok(
      'plot',
      'diffeo-people',
      'people.csv',
      '--show',
      'margins',
      '--only',
      'mass',
      '--samples',
      '500',
      '--out',
      'mass.png',
    );
    expect(decode(readFileSync(at('mass.png')))).toMatchObject({ width: 680, height: 480 });
  });

  test.each([
    ['another ending', ['--out', 'x.pdf'], 'ends with .svg or .png'],
    [
      'a column that there is not',
      ['--out', 'x.svg', '--only', 'heigth'],
      "no column 'heigth'; did you mean 'height'?",
    ],
    ['a curve of a mixture', ['--out', 'x.svg', '--show', 'curve'], 'no learning curve'],
    ['a picture that there is not', ['--out', 'x.svg', '--show', 'margin'], "did you mean 'margins'?"],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await diffeo('plot', 'diffeo-people', 'people.csv', '--samples', '500', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(at('x.svg'))).toBe(false);
  });
});
