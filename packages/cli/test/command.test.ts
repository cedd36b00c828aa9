import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainReport } from '../src/index.ts';
import { airportsCsv } from './airports-csv.ts';
import { type Run, runProcess } from './run-diffeo.ts';
import { scratchFolder } from './scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runProcess(args, scratch.path);

/** The rows of numbers below a header. */
const rowsOf = (csv: string): readonly (readonly number[])[] =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));

describe('the places of airports, from a table of real data', () => {
  let trained: Run;
  let report: TrainReport;
  beforeAll(async () => {
    const size = '--steps 150 --layers 4 --hidden 32 --seed 1'.split(' ');
    trained = await diffeo(
      'train',
      airportsCsv,
      '--columns',
      'latitude,longitude',
      ...size,
      '--out',
      'model',
      '--json',
    );
    expect(trained.code, trained.stderr).toBe(0);
    report = JSON.parse(trained.stdout);
  });

  test('a flow is ahead of the Gaussian within 150 steps, by more than three standard errors', () => {
    const { heldOut, baseline } = report;
    expect(report).toMatchObject({ dimensions: 2, flow: 'realnvp', heldOut: { count: 338 } });
    expect(heldOut.nll).toBeLessThan((baseline?.gaussianNll ?? 0) - 3 * (heldOut.standardError as number));
    // In square degrees: the Gaussian's is 7.9, and the country spans some 50 by 100 degrees, whose logarithm is 8.5.
    expect(baseline?.gaussianNll).toBeGreaterThan(7);
    expect(baseline?.gaussianNll).toBeLessThan(8.5);
  });

  test('the model knows its columns, so that the same table is scored without naming them', async () => {
    const inspected = await diffeo('inspect', 'model', '--json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      model: join('model', 'model.safetensors'),
      columns: [{ name: 'latitude' }, { name: 'longitude' }],
      eventShape: [2],
      parameters: report.parameters,
    });
    const { code, stdout } = await diffeo('score', 'model', airportsCsv);
    expect(code).toBe(0);
    expect(stdout.split('\n', 1)).toEqual(['logProb,percentile']);
    const scores = rowsOf(stdout).map(([score = Number.NaN]) => score);
    expect(scores).toHaveLength(3376);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    // Most of these rows were trained on, and 150 steps memorise nothing.
    expect(Math.abs(mean + (report.heldOut.nll as number))).toBeLessThan(3 * (report.heldOut.standardError as number));
  });

  test('samples are scored like the data, and nonsense far lower', async () => {
    const sampled = await diffeo('sample', 'model', '--count', '1000', '--seed', '1', '--out', 'samples.csv');
    expect(sampled).toEqual({ code: 0, stdout: '', stderr: '' });
    const scored = await diffeo('score', 'model', 'samples.csv', '--json');
    const { mean, count } = JSON.parse(scored.stdout);
    expect(count).toBe(1000);
    expect(Math.abs(mean + (report.heldOut.nll as number))).toBeLessThan(0.5);
    scratch.file('poles.csv', 'latitude,longitude\n90,0\n-90,0\n');
    const poles = await diffeo('score', 'model', 'poles.csv');
    for (const [score = 0] of rowsOf(poles.stdout)) expect(score).toBeLessThan(mean - 5);
  });
});
