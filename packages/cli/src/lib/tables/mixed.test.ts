import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '@diffeo/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import type { TrainReport } from '../train/train-report.ts';

const scratch = scratchFolder();
const source = randomSource(1);
const pick = <T>(...options: readonly T[]): T => options[source.integer(options.length)] as T;
const run = (...args: readonly string[]) => runDiffeo(args, scratch.path);
const rowsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A kind of animal, half centimetres, whole grams, whether it is tagged, the day, each missing at times. */
function animals(count: number): string {
  const lines = Array.from({ length: count }, () => {
    const kind = pick('cat', 'dog', 'owl');
    const size = { cat: 30, dog: 50, owl: 20 }[kind];
    const length = size + 3 * source.normal();
    const grams = source.uniform() < 0.15 ? 'NA' : `${Math.round(60 * length + 40 * source.normal())}`;
    const tagged = source.uniform() < (kind === 'dog' ? 0.8 : 0.2) ? 'yes' : 'no';
    const day = `2021-0${1 + source.integer(9)}-1${source.integer(10)}`;
    return [kind, Math.round(2 * length) / 2, grams, tagged, day].join();
  });
  return `kind,length,grams,tagged,day\n${lines.join('\n')}\n`;
}

describe('diffeo train, plainly, on a table of categories, dates and gaps', () => {
  let report: TrainReport;
  let said: string;
  beforeAll(async () => {
    scratch.file('animals.csv', animals(220));
    const { code, stdout, stderr } = await run('train', 'animals.csv', '--effort', 'fast', '--json');
    expect(code, stderr).toBe(0);
    [report, said] = [JSON.parse(stdout) as TrainReport, stderr];
  });

  test('takes all columns and rows, and is ahead of independent columns', () => {
    expect(report).toMatchObject({ flow: 'mixed', dimensions: 5, independent: { worse: false } });
    expect(report.independent?.difference.mean).toBeGreaterThan(1);
    expect(report.baseline).toBeUndefined();
    expect(said).not.toContain('left out,');
    expect(said).toContain('2 columns of categories or few values, 3 columns of numbers, of which 3 rounded');
  });

  test('samples are of the kinds of the data, missing as often', async () => {
    const { stdout, stderr } = await run('sample', 'diffeo-animals', '--count', '1500', '--seed', '2');
    const rows = rowsOf(stdout);
    expect(rows.length, stderr).toBe(1500);
    expect(new Set(rows.map(([kind]) => kind))).toEqual(new Set(['cat', 'dog', 'owl']));
    for (const [, length = '', grams = '', tagged = '', day = ''] of rows) {
      expect(length).toMatch(/^\d+(\.5)?$/);
      expect(grams).toMatch(/^\d*$/);
      expect(tagged).toMatch(/^(yes|no)$/);
      expect(day).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
    expect(Math.abs(mean(rows.map(([, , grams]) => Number(grams === ''))) - 0.15)).toBeLessThan(0.06);
    const ofDogs = rows.filter(([kind]) => kind === 'dog').map(([, length]) => Number(length));
    expect(Math.abs((ofDogs.sort((a, b) => a - b)[ofDogs.length >> 1] as number) - 50)).toBeLessThan(1.5);
    const shorter = await run('sample', 'diffeo-animals', '--count', '10', '--seed', '2');
    expect(rowsOf(shorter.stdout)).toEqual(rows.slice(0, 10));
  });

  test('--given draws the rest of rows; what there is not is refused by name', async () => {
    const { stdout } = await run('sample', 'diffeo-animals', '--count', '300', '--given', 'tagged=yes,kind=owl');
    const rows = rowsOf(stdout);
    expect(new Set(rows.map(([kind, , , tagged]) => `${kind} ${tagged}`))).toEqual(new Set(['owl yes']));
    expect(Math.abs(mean(rows.map(([, length]) => Number(length))) - 20)).toBeLessThan(1.5);
    const refused = async (given: string): Promise<string> => {
      const { code, stderr } = await run('sample', 'diffeo-animals', '--count', '3', '--given', given);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('kind=owll')).toContain(
      "'owll' in 'kind' is none of its categories; did you mean 'owl'? They are cat, dog, owl",
    );
    expect(await refused('kin=owl')).toContain("the model has no column 'kin'; did you mean 'kind'?");
    expect(await refused('grams=heavy')).toContain("'heavy' in 'grams' is not a number, which the column holds");
    expect(await refused('day=soon')).toContain("'soon' in 'day' is not a date, which the column holds");
    expect(await refused('kind=owl,kind=cat')).toContain("--given says twice what 'kind' is");
    expect(await refused('owl')).toContain(
      "--given takes columns and values, such as species=Adelie,year=2010, and 'owl' is none",
    );
  });

  test('scores rows with gaps, and one of a category that it never saw far lower', async () => {
    scratch.file(
      'new.csv',
      'kind,length,grams,tagged,day\ncat,30.1,1805,no,2021-03-11\ncat,30.1,,no,2021-03-11\nelk,30.1,1805,no,2021-03-11\n',
    );
    const { code, stdout, stderr } = await run('score', 'diffeo-animals', 'new.csv');
    expect(code, stderr).toBe(0);
    const [whole, gap, other] = rowsOf(stdout).map(([log]) => Number(log)) as [number, number, number];
    // It weighs less than a number among hundreds.
    expect(gap).toBeGreaterThan(whole);
    expect(other).toBeLessThan(whole - 3);
    expect(stderr).toContain(
      "warning: 1 of 3 rows have a category in 'kind' that the model does not know (row 3). It knows cat, dog, owl",
    );
    // A gap is no category.
    expect(stderr.match(/does not know/g)).toHaveLength(1);
    const json = JSON.parse((await run('score', 'diffeo-animals', 'new.csv', '--json')).stdout);
    expect(json.warnings[0]).toMatchObject({ code: 'UNKNOWN_CATEGORY', rows: [2] });
  });

  test('--blame finds what was planted, says the same each time, and never blames a gap', async () => {
    const planted = Array.from({ length: 60 }, (_, i) => {
      const [[kind, length, , tagged, day] = []] = rowsOf(animals(1));
      const far = Number(length) + 15 * (i % 4 < 2 ? 1 : -1);
      return i % 2 === 0 ? [kind, far, Math.round(60 * Number(length)), tagged, day] : [kind, length, '', tagged, day];
    });
    scratch.file('planted.csv', `kind,length,grams,tagged,day\n${planted.map((row) => row.join()).join('\n')}\n`);
    const { code, stdout, stderr } = await run('score', 'diffeo-animals', 'planted.csv', '--blame');
    expect(code, stderr).toBe(0);
    const blamed = rowsOf(stdout).map((row) => row.at(-2) as string);
    expect(blamed.filter((column, i) => i % 2 === 0 && column === 'length').length).toBeGreaterThanOrEqual(27);
    expect(blamed.filter((column, i) => i % 2 === 1 && column === 'grams')).toEqual([]);
    expect((await run('score', 'diffeo-animals', 'planted.csv', '--blame')).stdout).toBe(stdout);
  });

  test('--kinds says what comes again in dates', async () => {
    const of = (kinds: string) => run('train', 'animals.csv', '--effort', 'fast', '--kinds', kinds, '--out', 'again');
    const { code, stderr } = await of('day=date:yearly+weekly');
    expect(code, stderr).toBe(0);
    const refused = await of('day=date:monthly');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('There are daily, weekly, yearly')]);
    expect((await of('grams=real:yearly')).stderr).toContain("'grams=real:yearly' is none");
  });

  test('one flow that is described takes the numbers of whole rows alone', async () => {
    const { code, stderr, stdout } = await run('train', 'animals.csv', '--steps', '5', '--out', 'flow', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ flow: 'realnvp', dimensions: 3 });
    const sampled = await run('sample', 'flow', '--count', '3', '--given', 'kind=owl');
    expect(sampled.stderr).toContain('--given is for models of mixed tables');
  });
});

describe('--context', () => {
  test('a model of columns given others scores and samples by files of both', async () => {
    const lines = Array.from({ length: 200 }, () => {
      const [year, group] = [2000 + source.integer(21), pick('a', 'b')];
      return [year, group, (5 * (year - 2000) + (group === 'a' ? 0 : 20) + 2 * source.normal()).toFixed(3)].join();
    });
    scratch.file('prices.csv', `year,group,price\n${lines.join('\n')}\n`);
    const trained = await run('train', 'prices.csv', '--context', 'year,group', '--effort', 'fast', '--json');
    expect(trained.code, trained.stderr).toBe(0);
    expect(JSON.parse(trained.stdout)).toMatchObject({ flow: 'mixed', dimensions: 1 });
    const given = await run('sample', 'diffeo-prices', '--count', '200', '--given', 'year=2018,group=b');
    expect(Math.abs(mean(rowsOf(given.stdout).map(([, , price]) => Number(price))) - 110), given.stderr).toBeLessThan(
      2,
    );
    scratch.file('contexts.csv', 'group,year\na,2003\nb,2010\n');
    const drawn = rowsOf((await run('sample', 'diffeo-prices', '--count', '3', '--contexts', 'contexts.csv')).stdout);
    expect(drawn.map(([year, group]) => `${year} ${group}`)).toEqual([
      ...Array(3).fill('2003 a'),
      ...Array(3).fill('2010 b'),
    ]);
    scratch.file('two.csv', 'year,group,price\n2005,a,25\n2005,a,60\n');
    const [right, wrong] = rowsOf((await run('score', 'diffeo-prices', 'two.csv')).stdout).map(([log]) => Number(log));
    expect((right ?? 0) - (wrong ?? 0)).toBeGreaterThan(3);
    const lacking = await run('sample', 'diffeo-prices', '--count', '3', '--given', 'group=a');
    expect([lacking.code, lacking.stderr]).toEqual([
      2,
      expect.stringContaining('the model is of rows given year: say what it is, by --given year=… or --contexts FILE'),
    ]);
    const top = await run('score', 'diffeo-prices', 'two.csv', '--top', '1');
    expect(top.code, top.stderr).toBe(0);
    // The column of the context is not to blame: it is given.
    expect(rowsOf(top.stdout).map(([row, , , blame]) => [row, blame])).toEqual([['2', 'price']]);
    const inspected = await run('inspect', 'diffeo-prices', '--json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({ contextShape: [2], eventShape: [1] });
  });

  test('has a report: calibration given the context, beside linear regression, and the worst rows', async () => {
    const written = await run('report', 'diffeo-prices', 'prices.csv', '--samples', '2000', '--out', 'prices.html');
    expect(written.code, written.stderr).toBe(0);
    const page = readFileSync(join(scratch.path, 'prices.html'), 'utf8');
    expect(page).toContain('A density of <b>price</b> given <b>year</b>, <b>group</b>');
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const { stdout } = await run('report', 'diffeo-prices', 'prices.csv', '--samples', '2000', '--json');
    const facts = JSON.parse(stdout);
    expect(facts).toMatchObject({ rowsAre: 'held-out', rowsSeen: 180, samples: 2000 });
    expect(facts.context.map(({ name }: { name: string }) => name)).toEqual(['year', 'group']);
    expect(facts.compared.map(({ name }: { name: string }) => name)).toEqual([
      'independent columns',
      'linear regression',
    ]);
    // Far ahead of a price of which nothing is known.
    expect(facts.compared[0].difference.clipped.mean).toBeGreaterThan(1);
    expect(facts.calibration[0].pValue).toBeGreaterThan(0.01);
    for (const { isExpected } of facts.coverage) expect(isExpected).toBe(true);
    expect(facts.unlikely[0].values).toHaveLength(3);
  });

  test('columns that there are not, and data without columns, are refused', async () => {
    const { code, stderr } = await run('train', 'prices.csv', '--context', 'yaer', '--out', 'other');
    expect([code, stderr]).toEqual([2, expect.stringContaining("there is no column 'yaer'")]);
    const toy = await run('train', 'two-moons', '--context', 'x');
    expect([toy.code, toy.stderr]).toEqual([2, expect.stringContaining('--context is for tables')]);
  });
});
