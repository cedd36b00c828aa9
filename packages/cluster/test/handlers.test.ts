import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DiffeoError, type FlowParams, flow, fold, normal, save } from '@diffeo/core';
import { datasetFrom, encodeTable, readTable } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { score, useWasm } from '@diffeo/trainer';
import { tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  handlersInThreads,
  type Job,
  local,
  openRoot,
  outputPaths,
  type Run,
  sampleRun,
  sampleType,
  scoreHandler,
  scoreRun,
  scoreType,
  servePart,
} from '../src/index.ts';
import { definitions, handlers } from './thread-handlers.ts';

await useWasm();
const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [16] })] });
const numbers = Float32Array.from(normal([2500, 2], 1).dataSync());
let params: FlowParams;
let file: Uint8Array;
let folder: string;
beforeAll(async () => {
  params = await model.start(model.init(1), tensor(numbers, [2500, 2]));
  file = await save(model, params, { metadata: { columns: JSON.stringify(['a', 'b']) } });
  folder = mkdtempSync(join(tmpdir(), 'diffeo-handlers-'));
  const table = datasetFrom(numbers, { eventShape: [2], columns: ['a', 'b'] });
  for (const format of ['csv', 'parquet']) {
    writeFileSync(join(folder, `rows.${format}`), await encodeTable(table, { format }));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const failure = (work: Promise<unknown>): Promise<DiffeoError> =>
  work.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

/** What a run makes, on this engine, and its outputs in order. */
async function outputsOf(run: Run, given = handlers, slots = 1): Promise<Buffer[]> {
  const engine = local({ root: folder });
  const handle = await engine.submit(run, { tries: 1 });
  await engine.serve(given, { until: 'idle', slots });
  expect(await handle.failures()).toEqual([]);
  await handle.forget();
  return (await outputPaths(openRoot(folder), run)).map((path) => readFileSync(path));
}
const plan = (format: string, into: string, files = [`rows.${format}`]) =>
  scoreRun(openRoot(folder), {
    ...{ model: file, name: 'a model', folder: into, rows: 1000, format },
    files: files.map((name) => join(folder, name)),
  });

describe('scores', () => {
  test.each(['csv', 'parquet'])(
    'of %s, in parts, are those of all rows, with the numbers of the rows',
    async (format) => {
      const run = await plan(format, `scores-${format}`);
      // What our writer makes of 2,500 rows is one group.
      expect(run.jobs.length).toBe(format === 'csv' ? 3 : 1);
      const tables = await Promise.all((await outputsOf(run)).map((bytes) => readTable(bytes)));
      const rows = tables.flatMap(({ values }) => [...values]);
      const alone = await score(model, params, tensor(numbers, [2500, 2]));
      expect(rows).toEqual([...alone].flatMap((value, i) => [i + 1, value]));
    },
  );

  test('are the same bytes in threads, and in parts of a run that know nothing of each other', async () => {
    const bytes = await outputsOf(await plan('csv', 'alone'));
    const module = new URL('./thread-handlers.ts', import.meta.url);
    const threads = await handlersInThreads({ module, types: [scoreType, 'test/die'], count: 2 });
    try {
      expect(await outputsOf(await plan('csv', 'threads'), threads.handlers, 2)).toEqual(bytes);
      // A thread that dies fails its job, and does the next.
      const context = { root: openRoot(folder), folder: 'threads', signal: new AbortController().signal };
      for (const _ of [1, 2, 3]) {
        const died = threads.handlers['test/die']?.({}, context) as Promise<unknown>;
        expect(await failure(died)).toMatchObject({ code: 'WORKER' });
      }
      expect(await outputsOf(await plan('csv', 'threads-again'), threads.handlers, 2)).toEqual(bytes);
    } finally {
      await threads.close();
    }
    const run = await plan('csv', 'parts');
    const counts: number[] = [];
    for (const part of [1, 2]) counts.push(await servePart(run, handlers, { root: folder, part, of: 2 }));
    expect(counts).toEqual([2, 1]);
    expect((await outputPaths(openRoot(folder), run)).map((path) => readFileSync(path))).toEqual(bytes);
    expect(await failure(servePart(run, handlers, { root: folder, part: 3, of: 2 }))).toMatchObject({ code: 'CONFIG' });
  });

  test('of few rows, by a model that names no columns, are those of their numbers', async () => {
    writeFileSync(join(folder, 'few.csv'), 'a,b\n3,5\n3,7\n9,5\n9,7\n3,5\n9,5\n');
    const few = { name: '', folder: 'few', files: [join(folder, 'few.csv')], format: 'csv' };
    const run = await scoreRun(openRoot(folder), { model: await save(model, params), ...few });
    const [bytes] = await outputsOf(run);
    const alone = await score(model, params, tensor([3, 5, 3, 7, 9, 5, 9, 7, 3, 5, 9, 5], [6, 2]));
    const { values } = await readTable(bytes as Buffer, { take: 'numbers' });
    expect([...values].filter((_, i) => i % 2 === 1)).toEqual([...alone]);
  });

  test('of a part that would lose rows are refused, since the numbers of the others would be wrong', async () => {
    const rows = readFileSync(join(folder, 'rows.csv'), 'utf8').split('\n');
    writeFileSync(join(folder, 'gaps.csv'), rows.with(5, ',1').join('\n'));
    const gaps = { name: '', folder: 'gaps', files: [join(folder, 'gaps.csv')], format: 'csv', rows: 5000 };
    const run = await scoreRun(openRoot(folder), { model: file, ...gaps, table: { missing: 'drop' } });
    const engine = local({ root: folder });
    const handle = await engine.submit(run, { tries: 1 });
    await engine.serve(handlers, { until: 'idle' });
    expect((await handle.failures())[0]?.error).toMatch(
      /gaps\.csv, in the part from row 1 on: 1 row would be left out/,
    );
  });

  test('of data and models that are not those that were planned are refused', async () => {
    const path = join(folder, 'changing.csv');
    writeFileSync(path, readFileSync(join(folder, 'rows.csv')));
    const errorOf = async (run: Run) => {
      const engine = local({ root: folder });
      const handle = await engine.submit(run, { tries: 1 });
      // One that has read no model yet.
      await engine.serve({ [scoreType]: scoreHandler({ definitions }) }, { until: 'idle' });
      return (await handle.failures())[0]?.error;
    };
    const run = await plan('csv', 'changed', ['changing.csv']);
    appendFileSync(path, '1,2\n');
    expect(await errorOf(run)).toMatch(/changing\.csv was changed/);
    const other = await plan('csv', 'tampered');
    const [first] = other.jobs as [Job];
    const { path: input } = first.request['model'] as { path: string };
    writeFileSync(join(folder, input), Buffer.concat([file.slice(0, -1), Buffer.from([1])]));
    expect(await errorOf({ ...other, jobs: [first] })).toMatch(/another SHA-256/);
    const outside: Job = { ...first, request: { ...first.request, model: { path: '../x', sha256: 'a'.repeat(64) } } };
    expect(await errorOf({ ...other, folder: 'outside', jobs: [outside] })).toMatch(/outside of the root/);
    const elsewhere = scoreRun(openRoot(folder), { model: file, name: '', folder: 'x', files: ['/etc/hosts'] });
    expect(await failure(elsewhere)).toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/outside of the root/),
    });
  });
});

test('samples in parts are those of one stream of batches', async () => {
  const run = await sampleRun(openRoot(folder), {
    ...{
      model: file,
      name: 'a model',
      folder: 'samples',
      count: 700,
      batch: 64,
      rows: 200,
      seed: 5,
      temperature: 0.9,
      format: 'csv',
    },
  });
  expect(run.jobs.map(({ type }) => type)).toEqual(Array.from({ length: 4 }, () => sampleType));
  const tables = await Promise.all((await outputsOf(run)).map((bytes) => readTable(bytes)));
  expect(tables[0]?.columns.map(({ name }) => name)).toEqual(['a', 'b']);
  const expected: number[] = [];
  for (let at = 0; at < 700; at += 64) {
    const drawn = model.sample(params, { count: Math.min(64, 700 - at), seed: fold(5, at), temperature: 0.9 });
    expected.push(...drawn.dataSync());
  }
  expect(tables.flatMap(({ values }) => [...values])).toEqual(expected);
});
