import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '@diffeo/core';
import { describe, expect, test } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import type { TrainReport } from '../train/train-report.ts';

const scratch = scratchFolder();
const source = randomSource(1);

/** Writes a table and trains on it with every default but what is given. */
async function trained(
  name: string,
  columns: string,
  count: number,
  row: (i: number) => readonly number[],
  ...options: string[]
) {
  const lines = Array.from({ length: count }, (_, i) => row(i).join());
  scratch.file(`${name}.csv`, `${[columns, ...lines].join('\n')}\n`);
  const { code, stdout, stderr } = await runDiffeo(['train', `${name}.csv`, '--json', ...options], scratch.path);
  expect(code, stderr).toBe(0);
  const report = JSON.parse(stdout) as TrainReport;
  const codes = report.warnings.map((warning) => warning.code);
  for (const { message } of report.warnings) expect(stderr).toContain(`warning: ${message}\n`);
  return { report, codes, stderr };
}

describe('diffeo train, plainly, on tables', () => {
  test('one column of two groups is learned', async () => {
    const draw = () => [(source.uniform() < 0.5 ? -5 : 5) + 0.3 * source.normal()];
    const { report, codes } = await trained('groups', 'x', 600, draw, '--effort', 'fast');
    // The entropy is 0.908, and one Gaussian has 3.03.
    expect(report.heldOut.nll).toBeLessThan(0.908 + 0.2);
    expect(report.baseline?.worse).toBe(false);
    expect(codes).toEqual([]);
    const { stdout } = await runDiffeo(['sample', 'diffeo-groups', '--count', '500', '--seed', '1'], scratch.path);
    const samples = stdout.trim().split('\n').slice(1).map(Number);
    expect(samples.filter((x) => Math.abs(Math.abs(x) - 5) > 2).length).toBeLessThan(10);
    const cooler = await runDiffeo(['sample', 'diffeo-groups', '--count', '5', '--temperature', '0.5'], scratch.path);
    expect(cooler).toMatchObject({ code: 2, stdout: '' });
    expect(cooler.stderr).toContain('temperature');
  });

  test('where training comes to nothing the Gaussian is left, and that is said', async () => {
    const noise = () => Array.from({ length: 5 }, source.normal);
    const { report, codes, stderr } = await trained('noise', 'a,b,c,d,e', 300, noise, '--flow', 'realnvp');
    expect(report).toMatchObject({ bestStep: 0, baseline: { worse: false } });
    expect(codes).toContain('START_WAS_BEST');
    expect(stderr).toContain('which is a Gaussian of full covariance');
    expect(Math.abs((report.heldOut.nll as number) - (report.baseline?.gaussianNll as number))).toBeLessThan(1);
  });

  test('a table is a mixture of what unseen rows like, said in five lines, and files of it are scored and sampled', async () => {
    const row = () => {
      const x = Math.exp(source.normal());
      return [x, x + 0.1 * source.normal(), source.uniform() < 0.5 ? 0 : 7 + source.normal()];
    };
    const { report, stderr } = await trained('shop', 'price,paid,rating', 150, row, '--effort', 'fast');
    expect(report).toMatchObject({ flow: 'mixture', baseline: { worse: false } });
    expect(report.baseline?.difference.mean).toBeGreaterThan(1);
    expect(report.explanation?.length).toBeLessThanOrEqual(5);
    for (const line of report.explanation ?? []) expect(stderr).toContain(`${line}\n`);
    const shares = report.members?.map(({ weight }) => weight) ?? [];
    expect(shares.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
    const sampled = await runDiffeo(['sample', 'diffeo-shop', '--count', '50'], scratch.path);
    expect(sampled.stdout.trim().split('\n').length, sampled.stderr).toBe(51);
    const scored = await runDiffeo(['score', 'diffeo-shop', 'shop.csv'], scratch.path);
    expect(scored.stdout.trim().split('\n').length, scored.stderr).toBe(151);
    const inspected = await runDiffeo(['inspect', 'diffeo-shop'], scratch.path);
    expect(inspected.stdout).toContain('members.0.layers.0');
    expect(inspected.stdout).toMatch(/^density +a mixture$/m);
    const again = await runDiffeo(['train', 'shop.csv', '--effort', 'fast', '--resume'], scratch.path);
    expect(again.stderr).toContain('is done: there is nothing to go on with');
    expect(again.stdout).toMatch(/^density +mixture of \d+ members of \d+ kinds, no flow or network among them$/m);
    expect(again.stdout).toMatch(/^vs Gaussian +better by \d\S* nats a row \(\S+ ± \S+ with each row held to ±10\)$/m);
    expect(again.stdout).not.toMatch(/^flow/m);
  });

  test('an effort is for tables that no flow was described for', async () => {
    const { code, stderr } = await runDiffeo(['train', 'two-moons', '--effort', 'fast'], scratch.path);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--effort is for tables')]);
  });

  test('one row far away is named, and the others are described as though it were not there', async () => {
    const row = (i: number) => [i === 150 ? 1e6 : source.normal(), source.normal()];
    const { report, codes, stderr } = await trained('outlier', 'amount,other', 800, row, '--effort', 'fast');
    expect(codes).toContain('OUTLIER');
    expect(stderr).toContain("column 'amount' (row 151 has 1000000");
    // Two standard normals have 2.84.
    expect(report.heldOut.median).toBeLessThan(3.2);
    expect(report.baseline?.worse).toBe(false);
  });

  test('a row that decides the mean is named with its column', async () => {
    // Whatever is held out, rows far away are among them.
    const row = (i: number) => [source.normal() + (i % 8 === 0 ? 30 * source.normal() ** 3 : 0), source.normal()];
    const { report, stderr } = await trained('heavy', 'a,b', 64, row, '--steps', '20');
    const { warnings } = report;
    const few = warnings.find(({ code }) => code === 'FEW_ROWS_DECIDE');
    if (few) expect(stderr).toMatch(/row \d+ of the data, with -?[\d.]+ in 'a'/);
    expect(report.heldOut.median).not.toBeNull();
  });

  test('flags and counts are named before training, since they have no density', async () => {
    const row = (i: number) => [source.normal(), i % 2, Math.floor(3 * source.uniform())];
    const { codes, stderr } = await trained('flags', 'height,coin,visits', 80, row, '--steps', '20');
    expect(codes[0]).toBe('FEW_VALUES');
    expect(stderr).toMatch(/column 'coin' is yes or no, which a density of numbers does not take, and is left out/);
    expect(stderr).toMatch(/column 'visits' \(3 values in 80 rows, 43 % of the rows the same\)/);
    expect(stderr.indexOf('warning: column')).toBeLessThan(stderr.indexOf('training realnvp'));
  });

  test('the report that is printed is the one that is written', async () => {
    const rows = Array.from({ length: 60 }, () => Array.from({ length: 3 }, source.normal));
    const at = (i: number) => rows[i] as number[];
    const { report } = await trained('again', 'a,b,c', 60, at, '--seed', '3', '--effort', 'fast');
    expect(JSON.parse(readFileSync(join(scratch.path, 'diffeo-again', 'report.json'), 'utf8'))).toEqual(report);
  });
});
