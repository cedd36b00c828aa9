import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { runDiffeo, runProcess } from '../../test/run-diffeo.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { version } from './version.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

describe('diffeo', () => {
  it('prints its version', async () => {
    expect(await diffeo('--version')).toEqual({ code: 0, stdout: `${version()}\n`, stderr: '' });
  });

  it('explains itself and each command, without colours where there is no terminal', async () => {
    const whole = await diffeo('--help');
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['train', 'score', 'sample', 'inspect']) {
      expect(whole.stdout).toContain(` ${command} `);
      const { code, stdout, stderr } = await diffeo(command, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`diffeo ${command}`);
      expect(stdout).not.toContain('\u001b');
    }
  });

  it('shows its usage on stderr, as an error, when nothing was asked', async () => {
    const { code, stdout, stderr } = await diffeo();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('USAGE');
  });

  it.each(['frobnicate', 'constructor', '--frob'])('refuses %s', async (name) => {
    const { code, stdout, stderr } = await diffeo(name);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^diffeo: there is no (command|option) \S+; the commands are train, score, sample, fill, report, plot, reconstruct, interpolate, inspect/,
    );
  });

  it.each([
    [
      'trian',
      "inspect, export, import, check, search, worker, jobs, completion; did you mean 'train'? See diffeo --help.",
    ],
    ['--hlep', "completion; did you mean '--help'? See diffeo --help."],
    ['train two-mons', "there is no file 'two-mons' and no toy density of that name; did you mean 'two-moons'? Give"],
    ['train two-moons --flow relnvp', "glow; did you mean 'realnvp'?"],
  ])('knows what %s may mean', async (line, message) => {
    const { code, stderr } = await diffeo(...line.split(' '));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('says nothing that is longer than a screen', async () => {
    const { code, stderr } = await diffeo('train', `${'x'.repeat(100_000)}.csv`);
    expect(code).toBe(2);
    expect(stderr.length).toBeLessThan(2000);
    expect(stderr).toMatch(/its name is too long\n$/);
  });

  it.each([
    ['--seed', '9007199254740992'],
    ['--seed', '-1'],
    ['--seed', '0.5'],
    ['--steps', '0'],
    ['--steps', '-1'],
    ['--steps', '1e99'],
    ['--steps', 'NaN'],
    ['--batch', '1.5'],
    ['--learning-rate', '0'],
    ['--learning-rate', 'Infinity'],
    ['--layers', '1e9'],
    ['--hidden', '64,'],
    ['--hidden', '-3'],
    ['--workers', '0'],
    ['--held-out', '1'],
    ['--limit', '0x10'],
    ['--gradient', 'fast'],
    ['--seed', ''],
    ['--out', ''],
  ])('train refuses %s %s, naming the option, and makes no folder', async (option, value) => {
    const { code, stdout, stderr } = await diffeo('train', 'two-moons', option, value);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^diffeo: (train: )?${option} .*\n$`));
    expect(stderr).toContain(value === '' ? 'needs a value' : `got '${value}'`);
    expect(readdirSync(scratch.path)).toEqual([]);
  });

  it('shows where an error comes from with DIFFEO_DEBUG=1 only', async () => {
    const plain = await diffeo('train', 'nothing');
    expect(plain.stderr).not.toContain('find-data');
    vi.stubEnv('DIFFEO_DEBUG', '1');
    const debug = await runProcess(['train', 'nothing'], scratch.path);
    vi.unstubAllEnvs();
    expect(debug.stderr).toContain('find-data');
  });
});
