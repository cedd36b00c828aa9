import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { isPattern, matchingFiles } from './matching-files.ts';

const scratch = scratchFolder();
const before = process.cwd();
beforeEach(() => {
  process.chdir(scratch.path);
  for (const folder of ['rows', 'rows/more', 'rows/.hidden']) mkdirSync(folder, { recursive: true });
  for (const name of ['b.csv', 'a.csv', 'c.txt', '.d.csv', 'more/e.csv', '.hidden/f.csv', 'a1.csv', 'a[2].csv']) {
    scratch.file(`rows/${name}`, 'x\n1\n');
  }
});
afterEach(() => process.chdir(before));

it.each([
  ['rows/*.csv', ['rows/a.csv', 'rows/a1.csv', 'rows/a[2].csv', 'rows/b.csv']],
  ['rows/?.csv', ['rows/a.csv', 'rows/b.csv']],
  ['rows/[!a]*.*', ['rows/b.csv', 'rows/c.txt']],
  ['r*/more/*', ['rows/more/e.csv']],
  ['**/*.csv', ['rows/a.csv', 'rows/a1.csv', 'rows/a[2].csv', 'rows/b.csv', 'rows/more/e.csv']],
  ['rows/.d*', ['rows/.d.csv']],
])('%s stands for the files that are called so', (pattern, files) => {
  expect(isPattern(pattern)).toBe(true);
  expect(matchingFiles(pattern)).toEqual(files);
  expect(matchingFiles(join(scratch.path, pattern))).toEqual(files.map((file) => join(scratch.path, file)));
});

it('is none where a file is called so, or nothing in it stands for more', () => {
  expect(['rows/a[2].csv', 'rows/a.csv', 'two-moons', '-'].map(isPattern)).toEqual([false, false, false, false]);
  expect(() => matchingFiles('rows/*.parquet')).toThrow("no file is called 'rows/*.parquet'");
});

it('train and score read the files of a pattern as one table', async () => {
  const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
  const [header, ...lines] = peopleCsv(120).trim().split('\n');
  for (const at of [0, 1, 2]) {
    scratch.file(`people-${at}.csv`, [header, ...lines.slice(40 * at, 40 * at + 40), ''].join('\n'));
  }
  const steps = ['--columns', 'height,mass', '--steps', '5'];
  const trained = await diffeo('train', 'people-*.csv', ...steps);
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stderr).toContain('people-*.csv: 3 files, people-0.csv to people-2.csv\n');
  scratch.file('people.csv', peopleCsv(120));
  const scored = await diffeo('score', 'diffeo-people', 'people-*.csv');
  expect(scored.stdout).toBe((await diffeo('score', 'diffeo-people', 'people.csv')).stdout);
  // The same pattern again is the same data.
  const again = await diffeo('train', 'people-*.csv', ...steps);
  expect(again.code, again.stderr).toBe(0);
  const unquoted = await diffeo('train', 'people-0.csv', 'people-1.csv');
  expect(unquoted.stderr).toMatch(/no place for the argument 'people-1\.csv'.*in quotes: 'rows\/\*\.csv'/);
});
