import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { peopleCsv } from './people-csv.ts';
import { quick } from './quick.ts';
import { runDiffeo, startDiffeo } from './run-diffeo.ts';
import { scratchFolder } from './scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

test('train, score, sample and inspect a toy', async () => {
  const args = ['train', 'two-moons', ...quick, '--seed', '1', '--json', '--out'];
  const first = await diffeo(...args, 'a');
  expect(first.code, first.stderr).toBe(0);
  const report = JSON.parse(first.stdout);
  expect(report).toMatchObject({
    data: 'two-moons',
    flow: 'realnvp',
    dimensions: 2,
    steps: 30,
    heldOut: { count: 1000 },
  });
  expect(Number.isFinite(report.kl) && Number.isFinite(report.baseline.gaussianNll)).toBe(true);
  await diffeo(...args, 'b');
  const [a, b] = ['a', 'b'].map((name) => readFileSync(join(scratch.path, name, 'model.safetensors')));
  expect(a).toEqual(b);
  const sample = await diffeo('sample', 'a/model.safetensors', '--count', '3');
  expect(sample.stdout.trim().split('\n')).toHaveLength(4);
  expect(sample.stdout).toMatch(/^x,y\n/);
  const inspect = await diffeo('inspect', 'a/model.safetensors', '--json');
  expect(JSON.parse(inspect.stdout)).toMatchObject({ eventShape: [2] });
});

test('train and score a CSV by the names of its columns', async () => {
  scratch.file('people.csv', peopleCsv(600));
  const train = await diffeo(
    'train',
    'people.csv',
    '--columns',
    'height,mass',
    ...quick.slice(0, -4),
    '--json',
    '--out',
    'people',
  );
  expect(train.code, train.stderr).toBe(0);
  const score = await diffeo('score', 'people/model.safetensors', 'people.csv');
  expect(score.code, score.stderr).toBe(0);
  expect(score.stdout.trim().split('\n')).toHaveLength(601);
});

const bad: [string, string, string][] = [
  ['a ragged row', 'x,y\n1,2\n3\n', 'line 3'],
  ['text in a number column', 'x,y\n1,2\n3,oops\n', 'line 3'],
  ['nothing', '', 'empty'],
  ['a constant column', `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},7`).join('\n')}\n`, 'y'],
  ['NaN', 'x,y\n1,2\n3,NaN\n', 'line 3'],
];
test.each(bad)('a CSV with %s is refused in one line', async (name, text, place) => {
  const file = scratch.file(`${name.replaceAll(' ', '-')}.csv`, text);
  const { code, stdout, stderr } = await diffeo('train', file, ...quick);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(place);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test.each([
  ['train', 'no-such-toy'],
  ['train', 'two-moons', '--steps', '1.5'],
  ['train', 'two-moons', '--no-such-option', '1'],
  ['inspect', 'missing.safetensors'],
])('%s %s %s %s is wrong usage', async (...args) => {
  const { code, stdout, stderr } = await diffeo(...args.filter(Boolean));
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('diffeo');
});

test('Ctrl-C leaves a whole model and exits with 130', async () => {
  const run = startDiffeo(
    ['train', 'two-moons', '--steps', '100000', '--held-out', '1000', '--out', 'stopped'],
    scratch.path,
  );
  await run.said('step ');
  run.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
  expect((await diffeo('inspect', 'stopped/model.safetensors')).code).toBe(0);
});
