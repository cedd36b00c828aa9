import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomSource } from '@diffeo/core';
import { datasetFrom, encodeTable, readTable } from '@diffeo/datasets';
import { beforeAll, describe, expect, it } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (line: string) => runDiffeo(line.split(' '), scratch.path);
const done = async (line: string) => {
  const run = await diffeo(line);
  expect(run.code, run.stderr).toBe(0);
  return run;
};
const outputs = (folder: string): string[] =>
  readdirSync(join(scratch.path, folder))
    .filter((name) => name.startsWith('part-'))
    .sort()
    .map((name) => join(scratch.path, folder, name));

beforeAll(async () => {
  mkdirSync(join(scratch.path, 'rows'));
  const random = randomSource(1);
  const values = Float32Array.from({ length: 1800 }, () => random.normal());
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    const table = datasetFrom(values.subarray(600 * i, 600 * (i + 1)), { eventShape: [2], columns: ['u', 'v'] });
    writeFileSync(join(scratch.path, 'rows', `${name}.csv`), await encodeTable(table, { format: 'csv' }));
  }
  await done('train rows/a.csv --flow realnvp --steps 20 --layers 2 --hidden 8 --out model');
});

describe('diffeo score and sample as jobs', () => {
  it('give in parts what they give as a whole, and go on where they were', async () => {
    const { stdout } = await done('score model rows/*.csv');
    const whole = (await readTable(Buffer.from(stdout))).values;
    const width = whole.length / 900;
    const { stderr } = await done('score model rows/*.csv --engine local --out scores --rows 100 --format csv');
    expect(stderr).toContain('score model: 9 of 9 jobs done');
    const tables = await Promise.all(outputs('scores').map((path) => readTable(readFileSync(path))));
    expect(tables.length).toBe(9);
    const parts = tables.flatMap(({ values }) => Array.from(values).filter((_, i) => i % 2 === 1));
    expect(parts).toEqual(Array.from({ length: 900 }, (_, row) => whole[row * width]));
    const before = outputs('scores').map((path) => readFileSync(path));
    await done('score model rows/*.csv --engine local --out scores --rows 100 --format csv');
    expect(outputs('scores').map((path) => readFileSync(path))).toEqual(before);
    for (const part of ['1/2', '2/2'])
      await done(`score model rows/*.csv --out halves --rows 100 --format csv --part ${part}`);
    expect(outputs('halves').map((path) => readFileSync(path))).toEqual(before);
    const other = await diffeo('score model rows/*.csv --engine local --out scores --rows 200');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('holds another run');
  });

  it('draw in threads what they draw alone', async () => {
    const { stdout } = await done('sample model --count 9000 --seed 3');
    await done('sample model --count 9000 --seed 3 --engine local --workers 2 --out samples --rows 4096 --format csv');
    const tables = outputs('samples').map((path) => readFileSync(path, 'utf8'));
    expect(tables.length).toBe(3);
    const lines = tables.flatMap((text) => text.trim().split('\n').slice(1));
    expect(lines).toEqual(stdout.trim().split('\n').slice(1));
  });

  it('say what failed, and do it anew when that is deleted', async () => {
    writeFileSync(join(scratch.path, 'bad.csv'), 'u,v\n1,2\n3,x\n');
    const { code, stderr } = await diffeo('score model bad.csv --engine local --out bad');
    expect(code).toBe(1);
    expect(stderr).toMatch(/part-00000: .*bad\.csv/);
    expect(stderr).toContain('1 of 1 jobs failed; the same command goes on when bad/failed is deleted');
    writeFileSync(join(scratch.path, 'bad.csv'), 'u,v\n1,2\n3,4\n');
    expect((await diffeo('score model bad.csv --engine local --out bad')).code).toBe(1);
    rmSync(join(scratch.path, 'bad/failed'), { recursive: true });
    await done('score model bad.csv --engine local --out bad');
    expect(outputs('bad').length).toBe(1);
  });

  it.each([
    ['score model rows/a.csv --engine local', '--out'],
    ['score model rows/a.csv --engine local --out x --blame', '--blame is not for jobs'],
    ['score model rows/a.csv --workers 2', '--workers is for jobs'],
    ['score model rows/a.csv --engine redis://x --out x', "there is no engine 'redis://x'"],
    ['score model rows/a.csv --out x --part 3/2', '--part is i/n'],
    ['score model rows/a.csv --part tests', '--part is one of'],
    ['score model rows/a.csv --engine local --out ../x', 'outside of the root'],
    ['score model s3://bucket/rows.parquet --engine local --out x', 'object stores are not supported'],
    ['jobs --engine local', 'diffeo jobs asks a database'],
    ['worker', '--engine is missing'],
    ['search rows/a.csv --out x --flow glow', 'for images'],
    ['search rows/a.csv --out x --context u', 'none that is conditioned on --context u'],
    ['score model rows/a.csv --engine local --out x --root nowhere', '--root of the command'],
  ])('%s is refused', async (line, message) => {
    const { code, stderr } = await diffeo(line);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('diffeo search', () => {
  it('leaves a model as train does, with a table of trials, the same each time', async () => {
    const line = 'search rows/a.csv --trials 3 --rounds 2 --steps 9 --flow realnvp,maf --seed 2 --json --out';
    const reports = [];
    for (const out of ['found', 'again']) {
      const { stdout } = await done(`${line} ${out}`);
      reports.push({ ...JSON.parse(stdout), model: null });
    }
    expect(reports[1]).toEqual(reports[0]);
    expect(reports[0].trials.map(({ steps }: { steps: number }) => steps)).toEqual([9, 3, 3]);
    expect(readFileSync(join(scratch.path, 'again/model.safetensors'))).toEqual(
      readFileSync(join(scratch.path, 'found/model.safetensors')),
    );
    const { stdout } = await done('score found rows/b.csv');
    expect(stdout.split('\n').length).toBe(302);
  });
});
