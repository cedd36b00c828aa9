import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { quick } from '../../../test/quick.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import type { TrainReport } from './train-report.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
const inScratch = (...names: string[]) => join(scratch.path, ...names);

describe('diffeo train', () => {
  it('prints one JSON object on stdout, and writes model, history and report', async () => {
    const { code, stdout, stderr } = await diffeo('train', 'two-moons', ...quick, '--seed', '1', '--json');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    const report = JSON.parse(stdout) as TrainReport;
    const numbers = expect.any(Number);
    expect(report).toEqual({
      data: 'two-moons',
      flow: 'realnvp',
      dimensions: 2,
      parameters: numbers,
      steps: 30,
      bestStep: numbers,
      seconds: numbers,
      samplesPerSecond: numbers,
      peakBytes: numbers,
      heldOut: { nll: numbers, standardError: numbers, median: numbers, trimmedMean: numbers, count: 1000 },
      baseline: {
        gaussianNll: numbers,
        difference: { mean: numbers, clipped: { mean: numbers, standardError: numbers } },
        worse: expect.any(Boolean),
      },
      warnings: expect.any(Array),
      entropy: expect.closeTo(1.0076, 3),
      kl: numbers,
      model: inScratch('diffeo-two-moons', 'model.safetensors'),
      modelSha256: createHash('sha256')
        .update(readFileSync(inScratch('diffeo-two-moons', 'model.safetensors')))
        .digest('hex'),
    });
    expect(report.peakBytes).toBeGreaterThan(2 ** 16);
    expect(report.heldOut.nll as number).toBeLessThan(3);
    expect(report.kl).toBeGreaterThan(0);
    // The mean over these points of −log p estimates the entropy, so that nll − kl does.
    expect((report.heldOut.nll as number) - (report.kl ?? 0)).toBeCloseTo(report.entropy ?? 0, 0);
    expect(readdirSync(inScratch('diffeo-two-moons')).sort()).toEqual([
      'history.csv',
      'model.safetensors',
      'report.json',
    ]);
    expect(JSON.parse(readFileSync(inScratch('diffeo-two-moons', 'report.json'), 'utf8'))).toEqual(report);
    const history = readFileSync(inScratch('diffeo-two-moons', 'history.csv'), 'utf8').trim().split('\n');
    expect(history[0]).toBe('step,train,validation');
    expect(history.at(-1)).toMatch(/^30,[\d.]+,[\d.]+$/);
    expect(stderr.trim().split('\n')).toEqual(['training realnvp on 2000 rows of two-moons for 30 steps']);
  });

  it('writes the same model, byte for byte, when it runs again with the same seed', async () => {
    const runs = ['a', 'b', 'c'].map((out) =>
      diffeo('train', 'rings', ...quick, '--seed', out === 'c' ? '6' : '5', '--out', out),
    );
    for (const { code } of await Promise.all(runs)) expect(code).toBe(0);
    const [a, b, c] = ['a', 'b', 'c'].map((out) => readFileSync(inScratch(out, 'model.safetensors')));
    expect(a?.equals(b as Buffer)).toBe(true);
    expect(a?.equals(c as Buffer)).toBe(false);
  });

  it('says the result in words without --json', async () => {
    const { code, stdout } = await diffeo('train', 'checkerboard', ...quick);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^data +checkerboard, 2 dimensions$/m);
    expect(stdout).toMatch(/^held-out nll +\d\.\d{4} ± 0\.\d{4} nats, 1,000 rows$/m);
    expect(stdout).toMatch(/^memory +[1-9][\d,]* MiB at most$/m);
    expect(stdout).toMatch(/^kl +\d\.\d{4} nats/m);
    expect(stdout).toContain(inScratch('diffeo-checkerboard', 'model.safetensors'));
  });

  it('trains on the chosen columns of a CSV file, with a baseline in the units of the data', async () => {
    scratch.file('people.csv', peopleCsv(500));
    const options = ['--steps', '60', '--columns', 'height,mass', '--held-out', '100', '--json'];
    const { code, stdout } = await diffeo('train', 'people.csv', ...options);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as TrainReport;
    expect(report).toMatchObject({ data: 'people.csv', dimensions: 2, heldOut: { count: 100 } });
    expect(report.dataPath).toBe(realpathSync(inScratch('people.csv')));
    expect(Object.keys(report)).not.toContain('kl');
    expect(report.model).toBe(inScratch('diffeo-people', 'model.safetensors'));
    // Two columns with standard deviations of about 0.1 and 14, and some dependence between them.
    expect(report.baseline?.gaussianNll).toBeGreaterThan(2);
    expect(report.baseline?.gaussianNll).toBeLessThan(4);
    expect(report.heldOut.nll as number).toBeLessThan((report.baseline?.gaussianNll ?? 0) + 0.5);
  });

  it('reports bits per dimension for the digits', async () => {
    const options = ['--steps', '2', '--layers', '2', '--hidden', '16', '--held-out', '50', '--json'];
    const { code, stdout } = await diffeo('train', 'digits', ...options);
    expect(code).toBe(0);
    const { dimensions, heldOut, bitsPerDim } = JSON.parse(stdout) as TrainReport;
    expect(dimensions).toBe(64);
    expect(heldOut.count).toBe(50);
    expect(bitsPerDim).toBeCloseTo((heldOut.nll as number) / (64 * Math.LN2), 9);
  });

  it('leaves rows with missing values out when told to, and says how many', async () => {
    scratch.file('gaps.csv', `${peopleCsv(100)}x,,3\ny,2,NA\n`);
    const options = ['--columns', 'height,mass', '--steps', '2', '--json'];
    const refused = await diffeo('train', 'gaps.csv', ...options, '--missing', 'error');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /gaps\.csv, line 102, column 'height': the value is missing.*\n {2}diffeo train .*--missing drop/,
    );
    const dropped = await diffeo('train', 'gaps.csv', ...options, '--missing', 'drop');
    expect(dropped.code).toBe(0);
    expect(dropped.stderr).toContain('2 rows were left out');
  });

  it('stops with exit code 1 when a number is no longer finite, and keeps what was good', async () => {
    const options = ['--steps', '9', '--limit', '500', '--held-out', '100', '--learning-rate', '1000'];
    const { code, stdout, stderr } = await diffeo('train', 'two-moons', ...options, '--out', 'diverged');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [, message] = stderr.trim().split('\n');
    expect(message).toMatch(
      /^diffeo: training stopped at step \d+: layers\.\d .* not finite(, for row \d+ of the (training|validation) data.*)?\./,
    );
    const model = inScratch('diverged', 'model.safetensors');
    expect(message).toContain(`of step 0, are in ${model}`);
    expect(existsSync(model)).toBe(true);
    expect(existsSync(inScratch('diverged', 'report.json'))).toBe(false);
  });

  it('finds out before training that it cannot write', async () => {
    scratch.file('in-the-way', '');
    for (const out of ['in-the-way', 'in-the-way/below', '/proc/diffeo']) {
      const { code, stdout, stderr } = await diffeo('train', 'two-moons', ...quick, '--out', out);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^diffeo: the folder \S+ cannot be made: .*\n$/);
    }
  });
});
