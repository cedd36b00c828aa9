import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const good = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${Math.cos(2 * i)}`);
const table = (...rows: string[]): string => ['a,b', ...good, ...rows, ''].join('\n');

describe('diffeo train on bad data says what is wrong and where, and leaves nothing behind', () => {
  const strict = ['--missing', 'error'];
  it.each<[string, string | Uint8Array, string[], RegExp]>([
    ['a ragged row', table('1,2,3'), strict, /bad\.csv, line 62: this row has 3 fields and the header has 2\./],
    [
      'text in a number column',
      table('1,two'),
      strict,
      /bad\.csv, line 62, column 'b': expected a number, got 'two'\./,
    ],
    ['nothing', '', [], /bad\.csv is empty/],
    ['a header and nothing else', 'a,b\n', [], /bad\.csv has no rows/],
    [
      'constant columns alone',
      ['a,b', ...good.map(() => '1,7')].join('\n'),
      [],
      /columns 'a' \(always 1\), 'b' \(always 7\)/,
    ],
    ['texts alone', `a\n${good.map((_, i) => `x${i}`).join('\n')}\n`, [], /no column holds numbers/],
    ['NaN', table('1,NaN'), strict, /bad\.csv, line 62, column 'b': the value is missing \('NaN'\)/],
    ['infinity', table('1,inf'), strict, /bad\.csv, line 62, column 'b': 'inf' is infinite/],
    [
      'something to guess',
      `# made today\n${table()}`,
      ['--strict'],
      /lines that begin with '#' are passed over.*Nothing may be guessed/,
    ],
    ['too few rows', 'a,b\n1,2\n2,1\n3,5\n', [], /bad\.csv has too few rows: 3/],
    [
      'dependent columns that are asked for',
      ['a,b', ...good.map((_, i) => `${i * i},${3 * i * i + 1}`)].join('\n'),
      ['--columns', 'a,b'],
      /column 'b' of 'a'\. Leave it out\./,
    ],
    ['no CSV at all', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0]), [], /bad\.csv is a ZIP archive/],
  ])('%s', async (_, content, args, message) => {
    scratch.file('bad.csv', content);
    const { code, stdout, stderr } = await runDiffeo(['train', 'bad.csv', '--json', ...args], scratch.path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^diffeo: [^\n]*\n( {2}diffeo train bad\.csv [^\n]*\n){0,2}$/);
    expect(stderr).toMatch(message);
    expect(readdirSync(scratch.path)).not.toContain('diffeo-bad');
  });

  it.each([
    ['an unknown toy', ['two-mons'], /there is no file 'two-mons' and no toy density .*two-moons, eight-gaussians/],
    ['a missing file', ['no/such.csv'], /no\/such\.csv cannot be read: there is no such file/],
    ['an unknown column', ['people.csv', '--columns', 'height,weight'], /no column 'weight'.*'name', 'height', 'mass'/],
    ['an unknown flow', ['two-moons', '--flow', 'glom'], /there is no flow 'glom'; --flow is one of realnvp/],
    ['CSV options for a toy', ['two-moons', '--columns', 'x'], /--columns is for CSV files/],
    ['an unknown option', ['two-moons', '--stpes', '3'], /there is no option --stpes/],
    ['a number that is none', ['two-moons', '--steps', 'abc'], /--steps must be a whole number .*'abc'/],
    ['a negative number', ['two-moons', '--steps', '-3'], /--steps must be a whole number .*'-3'/],
    ['a fraction of a step', ['two-moons', '--steps', '1.5'], /--steps must be a whole number .*'1\.5'/],
  ])('%s', async (_, args, message) => {
    scratch.file('people.csv', peopleCsv(20));
    const { code, stdout, stderr } = await runDiffeo(['train', ...args], scratch.path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^diffeo: [^\n]*\n( {2}diffeo [^\n]*\n)?$/);
    expect(stderr).toMatch(message);
  });
});
