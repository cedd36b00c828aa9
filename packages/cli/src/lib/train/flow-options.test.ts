import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
const small = '--steps 6 --batch 64 --layers 2 --hidden 16 --limit 400 --held-out 200'.split(' ');

beforeAll(() => {
  scratch.file('people.csv', peopleCsv(120));
  scratch.file('short.csv', Array.from({ length: 13 }, (_, i) => `1.${i},${i * i}`).join('\n'));
  const wideRow = (i: number) => Array.from({ length: 260 }, (_, j) => Math.sin(i * j + i).toFixed(4)).join();
  scratch.file(
    'wide.csv',
    `${Array.from({ length: 260 }, (_, j) => `c${j}`)}\n${Array.from({ length: 350 }, (_, i) => wideRow(i)).join('\n')}`,
  );
});

/** The parts of a model, and its run's record. */
async function inspected(model: string) {
  const { stdout } = await diffeo('inspect', model, '--json');
  const bytes = readFileSync(join(scratch.path, model, 'model.safetensors'));
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  const run = JSON.parse(header.__metadata__.run);
  return { parts: JSON.parse(stdout).parts, run };
}

describe('options of one flow', () => {
  it('make the flow that they say, and are kept in the record of the run', async () => {
    const options = ['--flow', 'neural-spline', '--bins', '5', '--bound', '3', '--activation', 'elu', '--residual'];
    const training = ['--base', 'student-t', '--optimiser', 'adam-w', '--decay', '0.1', '--schedule', 'one-cycle'];
    const more = ['--ema', '0.9', '--patience', '3', '--out', 'splines'];
    const { code, stderr } = await diffeo('train', 'two-moons', ...small, ...options, ...training, ...more);
    expect(code, stderr).toBe(0);
    const { parts, run } = await inspected('splines');
    expect(parts.at(-1).type).toMatch(/student-t$/);
    expect(parts[1].config).toMatchObject({
      transform: { config: { bins: 5, bound: 3 } },
      conditioner: { config: { activation: 'elu', residual: true } },
    });
    expect(run).toMatchObject({ optimiser: 'adam-w', decay: 0.1, schedule: 'one-cycle', ema: 0.9, patience: 3 });
  });

  it('train otherwise than the defaults, and bound log-scales', async () => {
    const runs = [[], ['--optimiser', 'sgd'], ['--schedule', 'constant'], ['--ema', '0.5']];
    const models: string[] = [];
    for (const [i, options] of runs.entries()) {
      const { code, stderr } = await diffeo(
        'train',
        'two-moons',
        ...small,
        '--bound',
        '2',
        ...options,
        '--out',
        `run${i}`,
      );
      expect(code, stderr).toBe(0);
      const { parts } = await inspected(`run${i}`);
      expect(parts[1].config.transform.config).toMatchObject({ bound: 2 });
      models.push(
        readFileSync(join(scratch.path, `run${i}`, 'model.safetensors'))
          .subarray(-4000)
          .toString('base64'),
      );
    }
    expect(new Set(models).size).toBe(runs.length);
  });

  it('train a continuous flow by flow matching, and score it by its likelihood', async () => {
    const options = [
      '--flow',
      'continuous',
      '--loss',
      'flow-matching',
      '--steps',
      '300',
      '--batch',
      '128',
      '--hidden',
      '16',
    ];
    const { code, stdout, stderr } = await diffeo(
      ...['train', 'two-moons', '--limit', '2000', '--held-out', '200', ...options, '--out', 'matched', '--json'],
    );
    expect(code, stderr).toBe(0);
    const { kl, baseline } = JSON.parse(stdout);
    expect(kl).toBeGreaterThan(0);
    expect(baseline.difference.mean).toBeGreaterThan(0);
    const { run, parts } = await inspected('matched');
    expect(run).toMatchObject({ flow: 'continuous', loss: 'flow-matching' });
    expect(parts[1].type).toMatch(/continuous$/);
  });

  it.each<[string, RegExp]>([
    ['two-moons --loss flow-matching', /--loss is for continuous flows, and --flow realnvp is none/],
    ['two-moons --flow continuous --loss flow-matching --workers 2', /--workers is for --loss likelihood/],
    ['two-moons --flow continuous --loss flow-matching --gradient recompute', /--gradient is for --loss likelihood/],
    [
      'two-moons --flow continuous --loss flow-matching --base normal-mixture',
      /flowMatching: it trains the continuous layer alone, and 'base/,
    ],
    ['two-moons --bins 8', /--bins is for flows of splines, and --flow realnvp is none/],
    ['two-moons --levels 2', /--levels is for flows of images, and --flow realnvp is none/],
    // Before anything is read: there is no such file.
    ['nowhere.csv --levels 3', /--levels is for flows of images, and --flow realnvp is none/],
    ['nowhere.csv --effort best --layers 3', /--effort is .* and --layers asks for one flow/],
    [
      'two-moons --flow continuous --bound 2',
      /--bound is for flows of log-scales or splines, and --flow continuous is none/,
    ],
    [
      'two-moons --flow continuous --activation relu',
      /--activation of --flow continuous is one of tanh, elu, sigmoid; got relu/,
    ],
    ['digits --flow glow --residual', /--residual is for flows whose networks can be chosen, and --flow glow is none/],
    ['two-moons --decay 0.1', /--decay is for --optimiser adam-w or lion/],
    [
      'two-moons --optimiser adamw',
      /--optimiser is one of adam, adam-w, lion, sgd; got 'adamw'; did you mean 'adam-w'\?/,
    ],
    [
      'people.csv --effort fast --ema 0.9',
      /--effort is for the density that is found for a table, and --ema asks for one flow/,
    ],
    [
      'people.csv --context height --base student-t',
      /--context is for tables of at least 20 rows, and --base asks for one flow/,
    ],
    ['two-moons --effort fast', /--effort is for tables, and 'two-moons' is none/],
    ['short.csv --effort fast', /'short.csv' has 13 rows that can be learned, too few to choose a model by/],
    ['wide.csv --effort fast', /'wide.csv' has 260 columns, and a model is chosen for at most 256\. Without it/],
    [
      'wide.csv --context c7',
      /--context is for tables of at least 20 rows and at most 256 columns, and 'wide.csv' is none/,
    ],
  ])('%s is refused', async (line, message) => {
    const { code, stdout, stderr } = await diffeo('train', ...line.split(' '), '--out', 'refused');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
