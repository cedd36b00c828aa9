import { randomSource } from '@diffeo/core';
import { expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const source = randomSource(5);
const normal = (): string => source.normal().toFixed(5);
const rows = (header: string, count: number, row: (i: number) => string): string =>
  [header, ...Array.from({ length: count }, (_, i) => row(i)), ''].join('\n');
const quick = ['--steps', '4', '--layers', '2', '--hidden', '8'];

const twice = Array.from({ length: 60 }, () => `${normal()},${normal()}`);

/** What gives reason to warn: the data, and how they are trained on. */
it.each<[code: string, csv: string, args: string[]]>([
  ['REPEATED_ROWS', rows('a,b', 240, (i) => twice[i % 60] as string), quick],
  [
    'SEEN_ROWS',
    rows('a,b', 300, (i) => (i % 3 === 0 ? (twice[i % 15] as string) : `${normal()},${normal()}`)),
    ['--effort', 'fast'],
  ],
  ['FEW_VALUES', rows('a,b', 200, (i) => `${normal()},${(i % 3) / 7}`), quick],
  ['WHOLE_NUMBERS', rows('x,age', 90, (i) => `${normal()},${20 + ((i * 7) % 45)}`), ['--effort', 'fast']],
  ['OUTLIER', rows('a,b', 200, (i) => `${i === 7 ? '1e9' : normal()},${normal()}`), quick],
  ['START_WAS_BEST', rows('a,b', 60, () => `${normal()},${normal()}`), quick],
  [
    'ONLY_A_GAUSSIAN',
    rows('a', 200, normal),
    [...quick, '--base', 'standard-normal', '--learning-rate', '1e-2', '--steps', '60'],
  ],
  [
    'CONTEXT_IGNORED',
    rows('kind,a,b', 300, (i) => `${'xyz'[i % 3]},${normal()},${normal()}`),
    ['--context', 'kind', '--effort', 'fast'],
  ],
])('%s is in the report as data and on stderr in words', async (code, csv, args) => {
  scratch.file(`${code}.csv`, csv);
  const { code: exit, stdout, stderr } = await runDiffeo(['train', `${code}.csv`, ...args, '--json'], scratch.path);
  expect(exit, stderr).toBe(0);
  const { warnings } = JSON.parse(stdout);
  const found = warnings.filter((one: { code: string }) => one.code === code);
  expect(found, JSON.stringify(warnings)).toHaveLength(1);
  expect(stderr).toContain(`warning: ${found[0].message}\n`);
});

it('BEHIND_GAUSSIAN is said of a flow that does not reach the Gaussian', async () => {
  const options = ['--base', 'student-t', '--learning-rate', '1e-9', '--limit', '500', '--held-out', '8000'];
  const { stdout, stderr } = await runDiffeo(
    ['train', 'standard-normal', ...quick, ...options, '--json'],
    scratch.path,
  );
  const { warnings, baseline } = JSON.parse(stdout);
  expect(baseline.worse).toBe(true);
  expect(warnings).toMatchObject([{ code: 'BEHIND_GAUSSIAN' }]);
  expect(stderr).toContain(`warning: ${warnings[0].message}\n`);
});

it('IMPOSSIBLE_ROWS and FEW_ROWS_DECIDE are said of rows far out, by their numbers', async () => {
  scratch.file('people.csv', peopleCsv(120));
  const trained = await runDiffeo(
    ['train', 'people.csv', '--columns', 'height,mass', ...quick, '--base', 'standard-normal'],
    scratch.path,
  );
  expect(trained.code, trained.stderr).toBe(0);
  scratch.file('far.csv', `${peopleCsv(60)}x,1e30,60\ny,12,60\n`);
  const { stdout, stderr } = await runDiffeo(['score', 'diffeo-people', 'far.csv', '--json'], scratch.path);
  const { warnings } = JSON.parse(stdout);
  expect(warnings).toMatchObject([
    { code: 'IMPOSSIBLE_ROWS', rows: [60] },
    { code: 'FEW_ROWS_DECIDE', rows: [61] },
  ]);
  for (const { message } of warnings) expect(stderr).toContain(`warning: ${message}\n`);
});

it('a context that tells something is not said to be ignored', async () => {
  scratch.file(
    'told.csv',
    rows('kind,a,b', 300, (i) => `${'xyz'[i % 3]},${Number(normal()) + 4 * (i % 3)},${normal()}`),
  );
  const { stdout, stderr } = await runDiffeo(
    ['train', 'told.csv', '--context', 'kind', '--effort', 'fast', '--json'],
    scratch.path,
  );
  expect(JSON.parse(stdout).warnings, stderr).toEqual([]);
});

it('categories of the context that training never saw are told', async () => {
  scratch.file('strange.csv', 'kind,a,b\nx,0,0\nw,0,0\n');
  const scored = await runDiffeo(['score', 'diffeo-CONTEXT_IGNORED', 'strange.csv', '--json'], scratch.path);
  expect(scored.code, scored.stderr).toBe(0);
  const { warnings } = JSON.parse(scored.stdout);
  expect(warnings).toMatchObject([{ code: 'UNKNOWN_CATEGORY', rows: [1] }]);
  expect(scored.stderr).toContain(
    "warning: 1 of 2 rows have a category in 'kind' that the model does not know (row 2). It knows x, y, z",
  );
});

it('few whole numbers have probabilities, and it is said how they get a density; others are named with the option to type', async () => {
  const flower = (i: number) => `${(Number(normal()) + 4 * (i % 3)).toFixed(3)},${normal()},${i % 3}`;
  scratch.file('iris.csv', rows('length,width,class', 150, flower));
  const train = (...args: string[]) =>
    runDiffeo(['train', 'iris.csv', '--effort', 'fast', '--anew', '--json', ...args], scratch.path);
  const plain = await train();
  expect(plain.code, plain.stderr).toBe(0);
  expect(plain.stderr).toContain(
    "iris.csv: column 'class' (0, 1, 2) holds few whole numbers, each of which gets a probability; for a density: --kinds class=real",
  );
  const report = JSON.parse(plain.stdout);
  // Three kinds alike cost log 3 beside the two lengths: no density of 21 nats.
  expect(report).toMatchObject({ flow: 'mixed', warnings: [] });
  expect(report.explanation[0]).toMatch(/^column 'class' \(0, 1, 2\) holds few whole numbers, .*--kinds class=real$/);
  expect(report.heldOut.nll).toBeGreaterThan(2);
  scratch.file(
    'answers.csv',
    rows([...'xabcdefgh'].join(), 120, () => [normal(), ...Array.from({ length: 8 }, () => source.integer(5))].join()),
  );
  const answers = await runDiffeo(['train', 'answers.csv', '--effort', 'fast'], scratch.path);
  expect(answers.stderr).toContain(
    "'f' (0, 1, 2, 3, 4) and 2 more hold few whole numbers, each of which gets a probability; for a density: --kinds 'a=real,b=real,c=real,d=real,e=real,f=real,…'",
  );
  const given = await train('--context', 'class');
  expect(given.code, given.stderr).toBe(0);
  expect(`${given.stderr}${given.stdout}`).not.toContain('few whole numbers');
  const real = await train('--kinds', 'class=real');
  expect(JSON.parse(real.stdout)).toMatchObject({ flow: 'mixture', warnings: [{ code: 'FEW_VALUES', columns: [2] }] });
  scratch.file(
    'people.csv',
    rows('x,age,visits', 90, (i) => `${normal()},${20 + ((i * 7) % 45)},${(i * 5) % 31}`),
  );
  const people = await runDiffeo(['train', 'people.csv', '--effort', 'fast', '--json'], scratch.path);
  const { warnings } = JSON.parse(people.stdout);
  expect(warnings).toMatchObject([{ code: 'WHOLE_NUMBERS', columns: [1, 2] }]);
  expect(people.stderr).toContain('--kinds age=integer,visits=integer');
});

it('rows that were seen are looked for where the modelled columns have a density, by train and by report', async () => {
  // Half of the rows come again, and say what stands beside them.
  const row = (i: number) => (i % 4 < 2 ? `${(i % 5) / 7},${8 * (i % 5)}` : `${normal()},${source.integer(41)}`);
  const table = rows('x,grade', 400, row);
  scratch.file('again.csv', table);
  const codesOf = async (context: string) => {
    const trained = await runDiffeo(
      ['train', 'again.csv', '--context', context, '--effort', 'fast', '--anew', '--json'],
      scratch.path,
    );
    expect(trained.code, trained.stderr).toBe(0);
    const reported = await runDiffeo(
      ['report', 'diffeo-again', 'again.csv', '--samples', '200', '--json'],
      scratch.path,
    );
    expect(reported.code, reported.stderr).toBe(0);
    const isSeen = ({ code }: { code: string }) => code === 'SEEN_ROWS';
    const { warnings, training } = JSON.parse(reported.stdout);
    return [JSON.parse(trained.stdout).warnings, warnings, training.warnings].map((all) => all.some(isSeen));
  };
  expect(await codesOf('x')).toEqual([false, false, false]);
});
