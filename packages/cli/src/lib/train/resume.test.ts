import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { present } from '../../../test/present.ts';
import { quick } from '../../../test/quick.ts';
import { runDiffeo, startDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

// Processes: they take seconds, and more where the machine has other work.
vi.setConfig({ testTimeout: 600_000 });

const scratch = scratchFolder();
const inScratch = (...names: string[]) => join(scratch.path, ...names);
const glow = '--flow glow --layers 2 --hidden 8 --batch 32 --limit 400 --steps 300 --seed 5'.split(' ');

it('a run that is interrupted and resumed gives the model and the curve of one that is not', async () => {
  const args = ['train', 'digits', ...glow, '--json', '--out'];
  const running = startDiffeo([...args, 'pieces'], scratch.path);
  await present(inScratch('pieces', 'checkpoint.bin'));
  running.kill('SIGINT');
  const { code, stderr } = await running.ended;
  expect(code, stderr).toBe(130);
  expect(stderr).toMatch(/cancelled after step \d+ of 300\. .* The same command with --resume goes on/);
  expect(existsSync(inScratch('pieces', 'checkpoint.bin'))).toBe(true);

  const [resumed, whole] = await Promise.all([
    runDiffeo([...args, 'pieces', '--resume'], scratch.path),
    runDiffeo([...args, 'whole'], scratch.path),
  ]);
  expect(resumed.code, resumed.stderr).toBe(0);
  for (const file of ['model.safetensors', 'history.csv']) {
    expect(readFileSync(inScratch('pieces', file)).equals(readFileSync(inScratch('whole', file))), file).toBe(true);
  }
  const { heldOut, steps } = JSON.parse(whole.stdout);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ heldOut, steps });
  expect(existsSync(inScratch('pieces', 'checkpoint.bin'))).toBe(false);
});

it('a run that is killed goes on from the checkpoint that it wrote on the way', async () => {
  const args = ['train', 'two-moons', ...'--layers 2 --hidden 16 --limit 2000 --held-out 500 --seed 5'.split(' ')];
  const killed = startDiffeo([...args, '--steps', '1500', '--out', 'killed'], scratch.path);
  await present(inScratch('killed', 'checkpoint.bin'));
  killed.kill('SIGKILL');
  expect((await killed.ended).code).toBeNull();
  expect(existsSync(inScratch('killed', 'model.safetensors'))).toBe(false);
  const [resumed, whole] = await Promise.all([
    runDiffeo([...args, '--steps', '1500', '--out', 'killed', '--resume'], scratch.path),
    runDiffeo([...args, '--steps', '1500', '--out', 'not-killed'], scratch.path),
  ]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(whole.code, whole.stderr).toBe(0);
  for (const file of ['model.safetensors', 'history.csv']) {
    expect(readFileSync(inScratch('killed', file)).equals(readFileSync(inScratch('not-killed', file))), file).toBe(
      true,
    );
  }
  expect(existsSync(inScratch('killed', 'checkpoint.bin'))).toBe(false);
});

it('after a run that cannot go on, a lower learning rate is all that it takes', async () => {
  const options = (rate: string) =>
    `--steps 9 --limit 500 --held-out 100 --learning-rate ${rate} --out diverged`.split(' ');
  const first = await runDiffeo(['train', 'two-moons', ...options('3')], scratch.path);
  expect(first.code, first.stderr).toBe(1);
  expect(first.stderr).toMatch(/training stopped at step \d+: .* Try a lower learning rate/);
  expect(first.stderr).not.toContain('--resume');
  // It would come to the same end.
  expect(existsSync(inScratch('diverged', 'checkpoint.bin'))).toBe(false);
  expect(existsSync(inScratch('diverged', 'model.safetensors'))).toBe(true);
  const again = await runDiffeo(['train', 'two-moons', ...options('0.001'), '--resume'], scratch.path);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('nothing to go on from in diverged: the run begins');
});

it('--resume may always be given: it begins where nothing was kept, and where the run is done it says its report again', async () => {
  const job = ['train', 'two-moons', ...quick, '--out', 'job', '--resume'];
  const first = await runDiffeo([...job, '--json'], scratch.path);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(/^nothing to go on from in job: the run begins\n/);
  const before = readFileSync(inScratch('job', 'model.safetensors'));
  const second = await runDiffeo([...job, '--json'], scratch.path);
  expect(second).toEqual({
    code: 0,
    stdout: first.stdout,
    stderr: 'the run in job is done: there is nothing to go on with\n',
  });
  const inWords = await runDiffeo(job, scratch.path);
  expect(inWords.stdout).toMatch(/^held-out nll/m);
  for (const [changed, message] of [
    [['--steps', '31'], /there steps was 30, and here it is 31\. --anew/],
    [['--seed', '1'], /there seed was 0, and here it is 1/],
    [['--hidden', '17'], /there hidden was 16, and here it is 17/],
    [['--workers', '2'], /there workers was not given, and here it is 2/],
    [['--held-out', '1001'], /there the checksum of the data was \w{8}, and here it is/],
  ] as const) {
    const { code, stdout, stderr } = await runDiffeo([...job, ...changed], scratch.path);
    expect(stderr).toMatch(/^diffeo: the run that is done in job is another: /m);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
  expect(readFileSync(inScratch('job', 'model.safetensors')).equals(before)).toBe(true);
});

it('a run of other arguments is not resumed, and what was interrupted stays', async () => {
  const small = '--steps 100000000 --limit 1000 --layers 1 --hidden 4'.split(' ');
  const running = startDiffeo(['train', 'rings', ...small], scratch.path);
  await present(inScratch('diffeo-rings', 'checkpoint.bin'));
  running.kill('SIGINT');
  await running.ended;
  const before = readFileSync(inScratch('diffeo-rings', 'model.safetensors'));
  for (const [changed, message] of [
    [['--seed', '1'], /the checkpoint is of a run in which seed was 0; here it is 1/],
    [['--batch', '7'], /in which batchSize was 512; here it is 7/],
    [['--hidden', '5'], /the checkpoint is one of another flow/],
    [['--workers', '2'], /in which the number of workers was 0; here it is 2/],
    [['--gradient', 'checkpoint'], /in which gradient was store; here it is checkpoint/],
  ] as const) {
    const { code, stderr } = await runDiffeo(['train', 'rings', ...small, ...changed, '--resume'], scratch.path);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('It stays: --anew gives it up and begins again');
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  }
  expect(readFileSync(inScratch('diffeo-rings', 'model.safetensors')).equals(before)).toBe(true);
  expect(existsSync(inScratch('diffeo-rings', 'checkpoint.bin'))).toBe(true);

  // Cut short by whatever it was: refused, with its path.
  const checkpoint = inScratch('diffeo-rings', 'checkpoint.bin');
  writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 1000));
  const cut = await runDiffeo(['train', 'rings', ...small, '--resume'], scratch.path);
  expect(cut.code).toBe(2);
  expect(cut.stderr).toMatch(/the interrupted run in diffeo-rings cannot go on: this is not a whole checkpoint/);
});
