import { randomSource } from '@diffeo/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Run, runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { parseScoreNotes, percentileOf, scoreNotes } from './score-notes.ts';

const scratch = scratchFolder();
const ok = async (...args: string[]): Promise<Run> => {
  const run = await runDiffeo(args, scratch.path);
  expect(run.code, run.stderr).toBe(0);
  return run;
};

const columns = ['length', 'width', 'depth', 'mass'];

/** Four columns that depend on each other, in two kinds of rows. */
function rows(count: number, seed: number): number[][] {
  const source = randomSource(seed);
  return Array.from({ length: count }, () => {
    const kind = source.uniform() < 0.5 ? 0 : 1;
    const size = source.normal();
    return [
      10 + 3 * kind + size + 0.3 * source.normal(),
      5 - kind + 0.5 * size + 0.2 * source.normal(),
      2 + 0.4 * kind * size + 0.2 * source.normal(),
      100 * (1 + kind) + 10 * size + 4 * source.normal(),
    ];
  });
}

const csv = (all: readonly (readonly number[])[]): string =>
  [columns.join(','), ...all.map((row) => row.map((value) => value.toPrecision(6)).join(',')), ''].join('\n');

const lines = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(','));

beforeAll(async () => {
  scratch.file('things.csv', csv(rows(600, 1)));
  await ok('train', 'things.csv', '--effort', 'fast');
});

describe('score of a table', () => {
  test('finds the column in which a number was planted, in nine rows of ten', async () => {
    const source = randomSource(3);
    const planted = rows(100, 2).map((row) => {
      const column = source.integer(columns.length);
      const deviation = [1.8, 0.75, 0.35, 52][column] as number;
      const changed = row.map((value, i) =>
        i === column ? value + (source.uniform() < 0.5 ? -3.5 : 3.5) * deviation : value,
      );
      return { column, changed };
    });
    scratch.file('planted.csv', csv(planted.map(({ changed }) => changed)));
    const { stdout } = await ok('score', 'diffeo-things', 'planted.csv', '--blame');
    const [head, ...scored] = lines(stdout);
    expect(head).toEqual(['logProb', 'percentile', 'blame', 'gain']);
    const found = planted.filter(({ column }, i) => scored[i]?.[2] === columns[column]);
    expect(found.length).toBeGreaterThanOrEqual(90);
    for (const [, percentile, , gain] of scored) {
      expect(Number(percentile)).toBeLessThan(50);
      expect(Number(gain)).toBeGreaterThan(0);
    }
  });

  test('percentiles of rows like those of the training are even', async () => {
    scratch.file('more.csv', csv(rows(400, 4)));
    const { stdout } = await ok('score', 'diffeo-things', 'more.csv');
    const [head, ...scored] = lines(stdout);
    expect(head).toEqual(['logProb', 'percentile']);
    const percentiles = scored.map(([, percentile]) => Number(percentile));
    expect(Math.abs(percentiles.reduce((sum, value) => sum + value, 0) / 400 - 50)).toBeLessThan(7);
    expect(percentiles.filter((value) => value < 10).length).toBeLessThan(80);
  });

  test('says the least likely rows alone, the least likely first', async () => {
    const { stdout } = await ok('score', 'diffeo-things', 'more.csv', '--top', '3');
    const all = lines((await ok('score', 'diffeo-things', 'more.csv')).stdout).slice(1);
    const [head, ...top] = lines(stdout);
    expect(head).toEqual(['row', 'logProb', 'percentile', 'blame', 'gain']);
    const order = [...all.keys()].sort((a, b) => Number(all[a]?.[0]) - Number(all[b]?.[0])).slice(0, 3);
    expect(top.map(([row]) => Number(row))).toEqual(order.map((i) => i + 1));
    const { rows: told } = JSON.parse((await ok('score', 'diffeo-things', 'more.csv', '--top', '3', '--json')).stdout);
    expect(told).toHaveLength(3);
    expect(told[0]).toMatchObject({ row: Number(top[0]?.[0]), blame: { column: top[0]?.[3] } });
  });

  test('--votes ranks by what each kind of member says', async () => {
    const [head, ...all] = lines((await ok('score', 'diffeo-things', 'more.csv', '--votes')).stdout);
    expect(head).toEqual(['logProb', 'votes', 'percentile']);
    const [, ...top] = lines((await ok('score', 'diffeo-things', 'more.csv', '--votes', '--top', '4')).stdout);
    const order = [...all.keys()].sort((a, b) => Number(all[a]?.[1]) - Number(all[b]?.[1])).slice(0, 4);
    expect(top.map(([row]) => Number(row))).toEqual(order.map((i) => i + 1));
  });

  test.each(['--votes', '--blame'])('%s beside --json alone, which says no rows, is refused', async (option) => {
    const { code, stdout, stderr } = await runDiffeo(
      ['score', 'diffeo-things', 'more.csv', option, '--json'],
      scratch.path,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${option} is said of each row, and --json alone says the mean: add --top, or --out`);
    const told = await ok('score', 'diffeo-things', 'more.csv', option, '--json', '--top', '2');
    expect(JSON.parse(told.stdout).rows[0]).toHaveProperty(option.slice(2));
  });

  test('of one flow the percentiles are among its validation rows', async () => {
    await ok('train', 'things.csv', ...'--steps 20 --layers 2 --hidden 8 --out one'.split(' '));
    expect(lines((await ok('score', 'one', 'more.csv')).stdout)[0]).toEqual(['logProb', 'percentile']);
    const { code, stderr } = await runDiffeo(['score', 'one', 'more.csv', '--votes'], scratch.path);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--votes is for mixtures of whole rows')]);
  });

  test('images have no columns to blame', async () => {
    await ok('train', 'digits', ...'--steps 2 --layers 2 --hidden 8 --out digits'.split(' '));
    const { code, stderr } = await runDiffeo(['score', 'digits', 'digits', '--blame'], scratch.path);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--blame is for tables')]);
  });
});

test('scores are kept as quantiles, and what is none is not read', () => {
  const notes = scoreNotes(
    'out-of-fold',
    Float64Array.from({ length: 5000 }, (_, i) => i % 100),
  );
  expect(notes?.quantiles).toHaveLength(1001);
  expect(percentileOf(notes ?? { of: 'validation', quantiles: [] }, 49)).toBeCloseTo(50, 0);
  expect(scoreNotes('validation', [-Infinity, 2, 1])?.quantiles).toEqual([1, 2]);
  expect(scoreNotes('validation', [-Infinity])).toBeUndefined();
  for (const text of ['', 'null', '{"of":"validation","quantiles":[2,1]}', '{"of":"x","quantiles":[1]}', '[]']) {
    expect(parseScoreNotes(text)).toBeNull();
  }
});
