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
