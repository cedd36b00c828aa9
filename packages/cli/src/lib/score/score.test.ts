import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { quick } from '../../../test/quick.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import type { TrainReport } from '../train/train-report.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

/** The numbers below the header. */
const scores = (csv: string): number[] => csv.trim().split('\n').slice(1).map(Number);

let report: TrainReport;

beforeAll(async () => {
  scratch.file('people.csv', peopleCsv(300));
  const toy = await diffeo('train', 'two-moons', ...quick, '--seed', '3', '--out', 'moons', '--json');
  const options = ['--columns', 'height,mass', '--steps', '20', '--out', 'people'];
  const people = await diffeo('train', 'people.csv', ...options);
  expect([toy.code, people.code]).toEqual([0, 0]);
  report = JSON.parse(toy.stdout);
});

describe('diffeo score', () => {
  it('repeats the report of the training: same seed and count, same held-out points, same mean', async () => {
    const points = ['two-moons', '--seed', '3', '--count', '1000'];
    const { code, stdout, stderr } = await diffeo('score', 'moons/model.safetensors', ...points);
    expect(code).toBe(0);
    expect(stdout.startsWith('logProb\n')).toBe(true);
    const values = scores(stdout);
    expect(values).toHaveLength(1000);
    expect(values.reduce((sum, value) => sum + value) / 1000).toBeCloseTo(-(report.heldOut.nll as number), 6);
    expect(stderr).toMatch(/^mean log-likelihood -\d\.\d{4} ± 0\.\d{4} nats over 1000 rows\n$/);

    const json = await diffeo('score', 'moons', ...points, '--json');
    expect(JSON.parse(json.stdout)).toEqual({
      model: 'moons',
      data: 'two-moons',
      mean: -(report.heldOut.nll as number),
      standardError: report.heldOut.standardError,
      median: -(report.heldOut.median as number),
      trimmedMean: -(report.heldOut.trimmedMean as number),
      count: 1000,
      warnings: [],
    });
    expect(json.stderr).toBe('');
  });

  it('keeps the order of the rows and finds the columns by their names', async () => {
    const rows = peopleCsv(300).trim().split('\n').slice(1);
    const swapped = rows.map((row) => row.split(',')).map(([name, height, mass]) => `${mass},${name},${height}`);
    scratch.file('swapped.csv', ['mass,name,height', ...swapped.reverse(), ''].join('\n'));
    const [straight, reversed] = await Promise.all([
      diffeo('score', 'people', 'people.csv'),
      diffeo('score', 'people', 'swapped.csv'),
    ]);
    expect(scores(straight.stdout)).toHaveLength(300);
    expect(scores(straight.stdout)).toEqual(scores(reversed.stdout).reverse());
  });

  it('names the column that a file lacks', async () => {
    scratch.file('short.csv', 'name,height\na,1.7\nb,1.8\n');
    const { code, stdout, stderr } = await diffeo('score', 'people', 'short.csv');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^diffeo: short\.csv has no column 'mass'\. .*'name', 'height'\. diffeo fill draws what rows lack given what they have\.\n$/,
    );
    // Of which nothing is known, nothing is drawn.
    scratch.file('others.csv', 'a,b\n1.7,2\n1.8,3\n');
    expect((await diffeo('score', 'people', 'others.csv')).stderr).not.toContain('fill');
  });

  it.each([
    ['NaN', 'height,mass\n1.7,60\n1.8,NaN\n', /^diffeo: bad\.csv, line 3, column 'mass': the value is missing/],
    ['infinity', 'height,mass\n1.7,1e60\n', /^diffeo: bad\.csv, line 2, column 'mass': '1e60' is infinite in float32/],
    ['a ragged row', 'height,mass\n1.7,60\n1.8\n', /^diffeo: bad\.csv, line 3: this row has 1 field/],
    ['nothing', '', /^diffeo: bad\.csv is empty/],
  ])('refuses a file with %s in one line', async (_, content, message) => {
    scratch.file('bad.csv', content);
    const { code, stdout, stderr } = await diffeo('score', 'people', 'bad.csv');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]*\n( {2}diffeo score people bad\.csv --missing drop\n)?$/);
  });

  it('scores a row far from all others, and one alone', async () => {
    scratch.file('far.csv', 'height,mass\n-1e30,1e30\n');
    const { code, stdout } = await diffeo('score', 'people', 'far.csv', '--json');
    expect(code).toBe(0);
    const { mean, ...rest } = JSON.parse(stdout);
    expect(rest).toMatchObject({ model: 'people', data: 'far.csv', standardError: null, count: 1 });
    // The base has heavy tails: far out log-densities are low, and numbers.
    expect(mean).toBeLessThan(-100);
    expect(mean).toBeGreaterThan(-1000);
  });

  it('says the same of far rows in whatever order they come, and never NaN', async () => {
    const ordinary = peopleCsv(100)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(1).join());
    const runs = [
      ['-1e30,1e30', ...ordinary],
      [...ordinary, '-1e30,1e30'],
    ].map(async (rows, i) => {
      scratch.file(`far-${i}.csv`, ['height,mass', ...rows, ''].join('\n'));
      return await diffeo('score', 'people', `far-${i}.csv`, '--json');
    });
    const [first, last] = (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout));
    expect(first.mean).toBe(last.mean);
    expect(first.median).toBeGreaterThan(-10);
    expect(first.warnings).toMatchObject([{ code: 'FEW_ROWS_DECIDE', rows: [0] }]);
    expect(last.warnings).toMatchObject([{ code: 'FEW_ROWS_DECIDE', rows: [100] }]);
  });

  it('refuses data of another width', async () => {
    const { code, stderr } = await diffeo('score', 'moons', 'digits');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^diffeo: .*takes rows of 2 numbers, and digits has rows of 64\n$/);
  });

  it('writes the CSV to a file with --out, and then only that', async () => {
    const { code, stdout } = await diffeo('score', 'people', 'people.csv', '--out', 'scores.csv');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(scores(readFileSync(join(scratch.path, 'scores.csv'), 'utf8'))).toHaveLength(300);
  });
});
