import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { present } from '../../../test/present.ts';
import { quick } from '../../../test/quick.ts';
import { bin, runDiffeo, startDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

// Some dozens of processes: their tests take seconds, and more where the machine has other work.
vi.setConfig({ testTimeout: 600_000 });

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);
const at = (...names: string[]) => join(scratch.path, ...names);
const files = ['model.safetensors', 'history.csv', 'report.json'];
const contents = (folder: string) => files.map((name) => readFileSync(at(folder, name), 'utf8'));
/** A run that takes its time, and has a checkpoint soon. */
const long = '--steps 30000 --limit 1000 --held-out 500 --layers 1 --hidden 4'.split(' ');

describe('two runs in one folder', () => {
  it('the second is refused, and does no harm to the first', async () => {
    const first = startDiffeo(['train', 'two-moons', ...long, '--out', 'shared'], scratch.path);
    await first.said('training realnvp');
    await present(at('shared', 'checkpoint.bin'));
    for (const more of [['--resume'], ['--anew']]) {
      const second = await diffeo('train', 'checkerboard', ...quick, '--out', 'shared', ...more);
      expect(second).toMatchObject({ code: 2, stdout: '' });
      expect(second.stderr).toMatch(
        /^diffeo: another run writes into \S+shared \(\S+, process \d+, since \S+\): wait for/,
      );
    }
    first.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    expect(readdirSync(at('shared'))).toEqual(['checkpoint.bin', 'history.csv', 'model.safetensors']);
  });

  it('one that was killed has it no more', async () => {
    const first = startDiffeo(['train', 'two-moons', ...long, '--out', 'killed'], scratch.path);
    await present(at('killed', 'checkpoint.bin'));
    first.kill('SIGKILL');
    await first.ended;
    expect(readdirSync(at('killed')).some((name) => name.endsWith('.lock'))).toBe(true);
    const second = await diffeo('train', 'two-moons', ...quick, '--out', 'killed', '--anew');
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toContain('the interrupted run in killed is given up');
    expect(readdirSync(at('killed'))).toEqual(['history.csv', 'model.safetensors', 'report.json']);
  });
});

describe('a run over an interrupted one', () => {
  it('without --resume or --anew is refused, and nothing is overwritten', async () => {
    const running = startDiffeo(['train', 'rings', ...long], scratch.path);
    await present(at('diffeo-rings', 'checkpoint.bin'));
    running.kill('SIGINT');
    await running.ended;
    const before = readFileSync(at('diffeo-rings', 'checkpoint.bin'));
    const again = await diffeo('train', 'rings', ...long);
    expect(again).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'diffeo: an interrupted run is in diffeo-rings: --resume goes on with it, --anew gives it up and begins again, --out takes another folder\n',
    });
    const both = await diffeo('train', 'rings', ...long, '--resume', '--anew');
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('give one of them') });
    // What is wrong with the rest of the command is found before the old run is given up.
    expect(await diffeo('train', 'rings', ...long, '--anew', '--levels', '2')).toMatchObject({ code: 2 });
    expect(readFileSync(at('diffeo-rings', 'checkpoint.bin')).equals(before)).toBe(true);
  });
});

describe('two sets of data whose names give one folder', () => {
  it.each([
    ['housing.csv', 'housing.data', "a model of other data, 'housing.csv'"],
    ['a/data.csv', 'b/data.csv', "a model of other data, 'a/data.csv'"],
    ['a b.csv', 'a-b.csv', "a model of other data, 'a b.csv'"],
  ])('%s and %s: the second is refused, and the first stays', async (one, other, message) => {
    for (const [name, rows] of [
      [one, 80],
      [other, 90],
    ] as const) {
      mkdirSync(dirname(at(name)), { recursive: true });
      scratch.file(name, peopleCsv(rows));
    }
    const options = ['--columns', 'height,mass', '--steps', '2', '--json'];
    const first = await diffeo('train', one, ...options);
    expect(first.code, first.stderr).toBe(0);
    const folder = dirname(JSON.parse(first.stdout).model);
    const name = folder.slice(scratch.path.length + 1);
    const before = contents(name);
    const second = await diffeo('train', other, ...options);
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toContain(`${name} holds ${message}: --out takes another folder, --anew replaces it`);
    expect(contents(name)).toEqual(before);
  });

  it('--resume does not take the other run for this one, and --anew replaces it', async () => {
    scratch.file('cars.csv', peopleCsv(80));
    scratch.file('cars.txt', peopleCsv(90));
    const options = ['--columns', 'height,mass', '--steps', '2'];
    expect((await diffeo('train', 'cars.csv', ...options)).code).toBe(0);
    const before = contents('diffeo-cars');
    const resumed = await diffeo('train', 'cars.txt', ...options, '--resume');
    expect(resumed).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the run that is done in diffeo-cars is another/),
    });
    expect(contents('diffeo-cars')).toEqual(before);
    const anew = await diffeo('train', 'cars.txt', ...options, '--anew', '--json');
    expect(anew.code, anew.stderr).toBe(0);
    expect(JSON.parse(anew.stdout).data).toBe('cars.txt');
  });

  it('with letters of other scripts have folders of their own', async () => {
    for (const name of ['数据', 'данные']) {
      scratch.file(`${name}.csv`, peopleCsv(80));
      const { code, stdout } = await diffeo(
        'train',
        `${name}.csv`,
        '--columns',
        'height,mass',
        '--steps',
        '2',
        '--json',
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout).model).toBe(at(`diffeo-${name}`, 'model.safetensors'));
    }
  });

  it('a name alone does not make data the same', async () => {
    for (const name of ['x', 'y']) {
      mkdirSync(at(name));
      scratch.file(join(name, 'same.csv'), peopleCsv(name === 'x' ? 80 : 90));
    }
    const args = ['train', 'same.csv', '--columns', 'height,mass', '--steps', '2', '--out', '../same'];
    expect((await runDiffeo(args, at('x'))).code).toBe(0);
    const second = await runDiffeo(args, at('y'));
    expect(second.stderr).toMatch(/holds a model of other data, 'same.csv' of another place/);
    expect(second.code).toBe(2);
    // The same data again, which have changed since, are what one trains on again.
    scratch.file('x/same.csv', peopleCsv(100));
    const again = await runDiffeo([...args, '--json'], at('x'));
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('of an earlier run on the same data, is replaced when this run is done');
  });

  it('a file that is not a model of ours is not replaced without a word either', async () => {
    mkdirSync(at('foreign'));
    scratch.file('foreign/model.safetensors', 'precious');
    const { code, stderr } = await diffeo('train', 'two-moons', ...quick, '--out', 'foreign');
    expect(code).toBe(2);
    expect(stderr).toMatch(/foreign holds a model that does not say what it was trained on/);
    expect(readFileSync(at('foreign', 'model.safetensors'), 'utf8')).toBe('precious');
  });
});

describe('a run that ends while the held-out rows are scored', () => {
  const args = ['train', 'two-moons', ...'--steps 60 --layers 1 --hidden 4 --limit 500 --seed 3'.split(' ')];
  const scored = [...args, '--held-out', '100000'];

  it.each(['SIGKILL', 'SIGINT'] as const)('by %s: --resume makes the report', async (signal) => {
    const out = `scored-${signal}`;
    const running = startDiffeo([...scored, '--out', out, '--json'], scratch.path);
    await present(at(out, 'history.csv'));
    running.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }, stderr).toEqual({ code: signal === 'SIGINT' ? 130 : null, stdout: '' });
    if (signal === 'SIGINT') expect(stderr).toContain('The same command with --resume makes the report');
    const left = readdirSync(at(out)).filter((name) => !name.endsWith('.lock'));
    expect(left.sort()).toEqual(['checkpoint.bin', 'history.csv', 'model.safetensors']);
    const before = files.slice(0, 2).map((name) => readFileSync(at(out, name), 'utf8'));
    const resumed = await diffeo(...scored, '--out', out, '--resume', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(contents(out).slice(0, 2)).toEqual(before);
    expect(JSON.parse(readFileSync(at(out, 'report.json'), 'utf8'))).toEqual(JSON.parse(resumed.stdout));
    expect(readdirSync(at(out))).toEqual(['history.csv', 'model.safetensors', 'report.json']);
  });
});

describe('an interrupted run over a finished one', () => {
  it('leaves the finished one as it was, and takes its place when it is done', async () => {
    const args = ['train', 'two-moons', ...'--layers 1 --hidden 4 --limit 500 --held-out 500 --out over'.split(' ')];
    expect((await diffeo(...args, '--steps', '20')).code).toBe(0);
    const before = contents('over');
    const second = startDiffeo([...args, '--steps', '1500'], scratch.path);
    await present(at('over', 'checkpoint.bin'));
    second.kill('SIGINT');
    const { code, stderr } = await second.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(
      /are in \S+unfinished\.safetensors\. The model of the earlier run stays in \S+model\.safetensors/,
    );
    expect(contents('over')).toEqual(before);
    const resumed = await diffeo(...args, '--steps', '1500', '--resume', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).steps).toBe(1500);
    expect(readdirSync(at('over'))).toEqual(['history.csv', 'model.safetensors', 'report.json']);
  });
});

describe('a disk that is full', () => {
  /** As on a full disk: no file may be longer than 8 KiB. */
  const cramped = async (...args: string[]) => {
    const limited = spawn('bash', ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, bin, ...args], {
      cwd: scratch.path,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    limited.stderr.on('data', (text) => {
      stderr += text;
    });
    const [code] = await once(limited, 'close');
    return { code, stderr };
  };

  it('costs neither the model that was there nor its report', async () => {
    const args = ['train', 'two-moons', ...'--limit 500 --held-out 500 --out full'.split(' ')];
    expect((await diffeo(...args, '--steps', '20', '--layers', '1', '--hidden', '4')).code).toBe(0);
    const before = contents('full');
    const larger = [...args, '--steps', '40', '--layers', '4', '--hidden', '64,64'];
    const { code, stderr } = await cramped(...larger);
    expect(stderr).toContain('training goes on without a checkpoint: ');
    expect(stderr).toMatch(
      /diffeo: \S+unfinished.safetensors cannot be written: the system allows no file of that size\n$/,
    );
    expect(code).toBe(1);
    expect(contents('full')).toEqual(before);
    expect(readdirSync(at('full'))).toEqual(['history.csv', 'model.safetensors', 'report.json']);
    const again = await diffeo(...larger);
    expect(again.code, again.stderr).toBe(0);
    expect(contents('full')).not.toEqual(before);
  });
});
