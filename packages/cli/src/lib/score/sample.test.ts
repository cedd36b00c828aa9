import { spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTableFile } from '@diffeo/datasets/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { quick } from '../../../test/quick.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));

beforeAll(async () => {
  const csv = peopleCsv(200);
  scratch.file('people.csv', csv.replace('height', '"height, m"'));
  const unnamed = csv.split('\n').slice(1);
  scratch.file('unnamed.csv', unnamed.map((line) => line.split(',').slice(1).join(',')).join('\n'));
  const runs = await Promise.all([
    diffeo('train', 'two-moons', ...quick, '--out', 'moons'),
    diffeo('train', 'people.csv', '--columns', '2,3', '--steps', '5', '--out', 'people'),
    diffeo('train', 'unnamed.csv', '--steps', '5', '--out', 'unnamed'),
  ]);
  for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
});

describe('diffeo sample', () => {
  it('prints rows of numbers under the names of the columns', async () => {
    const { code, stdout, stderr } = await diffeo('sample', 'people', '--count', '20');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, ...rows] = stdout.trim().split('\n');
    expect(header).toBe('"height, m",mass');
    expect(rows).toHaveLength(20);
    for (const row of rows) expect(row.split(',').every((field) => Number.isFinite(Number(field)))).toBe(true);
  });

  it('has no header when the training data had none, and score reads the samples back', async () => {
    const { stdout } = await diffeo('sample', 'unnamed', '--count', '20', '--out', 'samples.csv');
    expect(stdout).toBe('');
    expect(readFileSync(join(scratch.path, 'samples.csv'), 'utf8').trim().split('\n')).toHaveLength(20);
    const scored = await diffeo('score', 'unnamed', 'samples.csv', '--json');
    expect(JSON.parse(scored.stdout)).toMatchObject({ count: 20 });
  });

  it('draws the same samples for the same seed; fewer are the first of more, over batches too', async () => {
    const [few, many, other] = await Promise.all([
      diffeo('sample', 'moons', '--count', '5', '--seed', '2'),
      diffeo('sample', 'moons', '--count', '9000', '--seed', '2'),
      diffeo('sample', 'moons', '--count', '5', '--seed', '3'),
    ]);
    expect(many.stdout.trim().split('\n')).toHaveLength(9001);
    expect(many.stdout.startsWith(few.stdout)).toBe(true);
    expect(other.stdout).not.toBe(few.stdout);
  });

  it('gives one point over and over at temperature 0', async () => {
    const { stdout } = await diffeo('sample', 'moons', '--count', '10', '--temperature', '0');
    expect(new Set(stdout.trim().split('\n').slice(1)).size).toBe(1);
  });

  it('ends quietly when its reader has enough', async () => {
    const child = spawn(process.execPath, [bin, 'sample', 'moons', '--count', '1000000000'], { cwd: scratch.path });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  it('fails with a message when stdout cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [bin, 'sample', 'moons', '--count', '5'], {
      cwd: scratch.path,
      stdio: ['ignore', full, 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    expect(said).toMatch(/^diffeo: .*ENOSPC.*\n$/);
  });

  it('writes the same rows in every format, by the ending or by --format', async () => {
    const { stdout: csv } = await diffeo('sample', 'people', '--count', '30');
    const [, ...rows] = csv.trim().split('\n');
    const asCsv = ({ 'height, m': height, mass }: Record<string, number>) => `${height},${mass}`;
    const { stdout: lines } = await diffeo('sample', 'people', '--count', '30', '--format', 'jsonl');
    const objects = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(asCsv)).toEqual(rows);
    for (const name of ['rows.json', 'rows.parquet', 'rows.tsv', 'rows.JSONL']) {
      const { code, stdout, stderr } = await diffeo('sample', 'people', '--count', '30', '--out', name);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
      const { values } = await readTableFile(join(scratch.path, name));
      expect(Array.from(values)).toEqual(rows.flatMap((row) => row.split(',').map(Number)).map(Math.fround));
    }
  });

  it('refuses names of no format, and what would not be whole leaves nothing', async () => {
    const wrong = await diffeo('sample', 'people', '--count', '5', '--out', 'rows.xlsx');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/nothing is written as \.xlsx.*\.parquet.*--format/);
    const sheet = await diffeo('sample', 'people', '--count', '5', '--out', 'rows.png', '--format', 'csv');
    expect(sheet.stderr).toMatch(/--format is for tables/);
    const typo = await diffeo('sample', 'people', '--count', '5', '--format', 'parket');
    expect(typo.stderr).toMatch(/--format is one of csv, .*did you mean 'parquet'\?/);
    expect(readdirSync(scratch.path).filter((name) => /xlsx|png|tmp/.test(name))).toEqual([]);
  });

  it('refuses to write over what is not a file', async () => {
    for (const out of ['/dev/null', 'moons', 'nowhere/x.csv']) {
      const { code, stderr } = await diffeo('sample', 'moons', '--count', '5', '--out', out);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^diffeo: \S+ cannot be written: .*\n$/);
    }
    expect(readdirSync(scratch.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
