import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DiffeoError } from '@diffeo/core';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, local, openRoot, outputPaths, postgres, type Run } from '../src/index.ts';
import { type PostgresServer, postgresServer } from './postgres-server.ts';
import { handlers, most, poison, squared, squareJob, squareJobs } from './square-handlers.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await postgresServer();
});
afterAll(() => server?.remove());

const failure = (work: Promise<unknown>): Promise<DiffeoError> =>
  work.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

/** Each test has a schema and a root of its own. */
let schemas = 0;
const engines: Readonly<Record<string, (root: string, build?: string) => Engine>> = {
  local: (root, build = 'one') => local({ root, build }),
  postgres: (root, build = 'one') =>
    postgres(server.url, { root, build, schema: `test${schemas}`, leaseSeconds: 10, pollSeconds: 0.05 }),
};

describe.each(Object.entries(engines))('the engine %s', (name, make) => {
  let root: string;
  let engine: Engine;
  beforeEach(() => {
    schemas++;
    root = mkdtempSync(join(tmpdir(), 'diffeo-engine-'));
    engine = make(root);
    squared.length = 0;
    poison.clear();
    most.together = 0;
    return async () => {
      await engine.close();
      rmSync(root, { recursive: true });
    };
  });
  const run = (count: number): Run => ({ name: 'squares', folder: 'out', jobs: squareJobs(count) });
  const outputs = async (of: Run) =>
    (await outputPaths(openRoot(root), of)).map((path) => Number(readFileSync(path, 'utf8')));
  const visible = () => readdirSync(join(root, 'out')).sort();

  test('does every job once, so many at a time, and leaves outputs and their manifest alone', async () => {
    const handle = await engine.submit(run(40));
    expect(await handle.progress()).toEqual({ jobs: 40, waiting: 40, active: 0, done: 0, failed: 0 });
    const events: number[] = [];
    await engine.serve(handlers, {
      slots: 4,
      until: 'idle',
      onJob: ({ job, error }) => events.push(error === null ? (job.request['value'] as number) : -1),
    });
    expect(await handle.wait()).toEqual({ jobs: 40, waiting: 0, active: 0, done: 40, failed: 0 });
    expect(await outputs(run(40))).toEqual(squareJobs(40).map((_, i) => i * i));
    expect(squared.length).toBe(40);
    expect(new Set(events)).toEqual(new Set(squareJobs(40).keys()));
    expect(most.together).toBeGreaterThan(1);
    expect(most.together).toBeLessThanOrEqual(4);
    await handle.forget();
    expect(visible()).toEqual([
      'manifest.json',
      ...visible().filter((file) => /^part-\d{5}-[0-9a-f]{16}\.txt$/.test(file)),
    ]);
    expect(visible().length).toBe(41);
    expect(await engine.runs()).toEqual([]);
  });

  test('a run that is submitted again goes on: what is there is not done again, what was removed is', async () => {
    await engine.submit(run(6));
    await engine.serve(handlers, { until: 'idle' });
    const [, second] = await outputPaths(openRoot(root), run(6));
    rmSync(second as string);
    squared.length = 0;
    const again = await engine.submit(run(6));
    await engine.serve(handlers, { until: 'idle' });
    expect(await again.wait()).toMatchObject({ done: 6 });
    expect(squared).toEqual([1]);
    expect(await outputs(run(6))).toEqual([0, 1, 4, 9, 16, 25]);
  });

  test('a poisoned job ends among the dead letters with its error, the rest goes on, and it can be done anew', async () => {
    poison.add(3);
    const handle = await engine.submit(run(8), { tries: 3 });
    await engine.serve(handlers, { slots: 2, until: 'idle' });
    expect(await handle.progress()).toEqual({ jobs: 8, waiting: 0, active: 0, done: 7, failed: 1 });
    expect(squared.filter((value) => value === 3).length).toBe(3);
    expect(await handle.failures()).toEqual([
      { hash: expect.stringMatching(/^[0-9a-f]{64}$/), job: squareJob(3), error: '3 is poison' },
    ]);
    // It is not begun again by itself.
    const same = await engine.submit(run(8), { tries: 3 });
    await engine.serve(handlers, { until: 'idle' });
    expect(await same.progress()).toMatchObject({ done: 7, failed: 1 });
    poison.clear();
    expect(await handle.retry()).toBe(1);
    await engine.serve(handlers, { until: 'idle' });
    expect(await handle.wait()).toMatchObject({ done: 8, failed: 0 });
    expect(await handle.failures()).toEqual([]);
    expect((await outputs(run(8)))[3]).toBe(9);
  });

  test('a job that no handler does fails by name', async () => {
    const handle = await engine.submit({ ...run(0), jobs: [{ ...squareJob(1), type: 'test/sqare' }] }, { tries: 1 });
    await engine.serve(handlers, { until: 'idle' });
    expect((await handle.failures()).map(({ error }) => error)).toEqual([
      expect.stringMatching(/'test\/sqare'; did you mean 'test\/square'/),
    ]);
  });

  test('what a signal stops is done by the next', async () => {
    const controller = new AbortController();
    const handle = await engine.submit(run(30));
    await engine.serve(handlers, {
      slots: 2,
      signal: controller.signal,
      onJob: () => squared.length >= 5 && controller.abort(),
    });
    const { done, active } = await handle.progress();
    expect(done).toBeGreaterThanOrEqual(5);
    expect(done).toBeLessThan(30);
    expect(active).toBe(0);
    await engine.serve(handlers, { slots: 3, until: 'idle' });
    expect(await outputs(run(30))).toEqual(squareJobs(30).map((_, i) => i * i));
  });

  test('a job that is stopped with its worker was not tried, however often', async () => {
    const stuck: Run = { ...run(0), jobs: [{ ...squareJob(1), type: 'test/wait' }] };
    const handle = await engine.submit(stuck, { tries: 1 });
    for (const _ of [1, 2]) {
      const controller = new AbortController();
      const errors: unknown[] = [];
      const serving = engine.serve(handlers, {
        signal: controller.signal,
        onJob: ({ error }) => errors.push(error),
      });
      while ((await handle.progress()).active === 0) await sleep(5);
      controller.abort();
      await serving;
      expect(errors).toMatchObject([{ code: 'CANCELLED' }]);
      expect(await handle.progress()).toEqual({ jobs: 1, waiting: 1, active: 0, done: 0, failed: 0 });
    }
    // One that fails by itself has had its try.
    await engine.serve({}, { until: 'idle' });
    expect(await handle.progress()).toMatchObject({ waiting: 0, failed: 1 });
  });

  test('a run that somebody forgets before its end is not done', async () => {
    const handle = await engine.submit(run(4));
    const waiting = failure(handle.wait());
    const [same] = await engine.runs();
    await same?.forget();
    expect(await waiting).toMatchObject({
      code: 'ENGINE',
      message: expect.stringMatching(/was taken off the books, and of its 4 outputs 4 are missing\. Submit it again/),
    });
    // And one that is forgotten after it is.
    const again = await engine.submit(run(4));
    await engine.serve(handlers, { until: 'idle' });
    const [last] = await engine.runs();
    await last?.forget();
    expect(await again.wait()).toMatchObject({ done: 4, waiting: 0 });
  });

  test('several serve at the same time', async () => {
    const handle = await engine.submit(run(30));
    const other = name === 'local' ? engine : make(root);
    await Promise.all([engine, other].map((each) => each.serve(handlers, { slots: 2, until: 'idle' })));
    expect(await handle.wait()).toMatchObject({ done: 30 });
    expect(squared.length).toBe(30);
    if (other !== engine) await other.close();
  });

  test('another build is refused, unless the run takes any', async () => {
    await engine.submit(run(4));
    const other = make(root, 'two');
    expect(await failure(other.submit(run(4)))).toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/begun with one, and here is two/),
    });
    // Of long ones what differs is said.
    const [older, newer] = ['core 1.0.0', 'core 1.0.1'].map((core) => make(root, `kernels simd, V8 13.6, ${core}`));
    const versions = await older?.submit({ ...run(1), folder: 'versions' });
    expect(await failure((newer as Engine).submit({ ...run(1), folder: 'versions' }))).toMatchObject({
      message: expect.stringMatching(/begun with core 1\.0\.0, and here is core 1\.0\.1\. /),
    });
    await versions?.forget();
    await older?.close();
    await newer?.close();
    const mixed = { ...run(4), folder: 'mixed' };
    await engine.submit(mixed, { mixed: true });
    const handle = await other.submit(mixed, { mixed: true });
    const notices: string[] = [];
    await other.serve(handlers, { until: 'idle', onNotice: (notice) => notices.push(notice) });
    expect(await handle.wait()).toMatchObject({ done: 4 });
    if (name !== 'local') {
      expect(squared.length).toBe(4);
      expect(notices).toEqual([expect.stringMatching(/another build: passed over/)]);
    }
    await other.close();
  });

  test.each<[string, (jobs: Run) => Run, string, RegExp]>([
    [
      'a job of more than 64 kB',
      (of) => ({ ...of, jobs: [{ ...squareJob(1), request: { text: 'x'.repeat(70_000) } }] }),
      'CONFIG',
      /65536 are the most/,
    ],
    [
      'what is no JSON',
      (of) => ({ ...of, jobs: [{ ...squareJob(1), request: { value: Number.NaN } }] }),
      'CONFIG',
      /no JSON/,
    ],
    [
      'a name with a folder',
      (of) => ({ ...of, jobs: [{ ...squareJob(1), name: '../up' }] }),
      'CONFIG',
      /letters, digits/,
    ],
    [
      'two that are one',
      (of) => ({ ...of, jobs: [squareJob(1), { ...squareJob(1), name: 'other' }] }),
      'CONFIG',
      /ask for the same/,
    ],
    ['a folder outside of the root', (of) => ({ ...of, folder: '../elsewhere' }), 'FILE', /outside of the root/],
  ])('%s is refused', async (_, change, code, message) => {
    expect(await failure(engine.submit(change(run(1))))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a folder holds one run', async () => {
    await engine.submit(run(4));
    expect(await failure(engine.submit(run(5)))).toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/another run/),
    });
  });
});

test('object stores are refused in a line', () => {
  expect(() => local({ root: 's3://bucket/data' })).toThrow(/object stores are not supported/);
});

test('a database that is not there is said, and one that refuses', async () => {
  const root = mkdtempSync(join(tmpdir(), 'diffeo-engine-'));
  const run: Run = { name: 'squares', folder: 'out', jobs: squareJobs(1) };
  const away = postgres('postgres://diffeo@127.0.0.1:9/postgres', { root, build: 'one', patienceSeconds: 0.2 });
  expect(await failure(away.submit(run))).toMatchObject({
    code: 'ENGINE',
    message: expect.stringMatching(/not answered/),
  });
  const none = postgres(server.url.replace(/postgres$/, 'nowhere'), {
    root,
    build: 'one',
  });
  expect(await failure(none.submit(run))).toMatchObject({
    code: 'ENGINE',
    message: expect.stringMatching(/does not exist/),
  });
  const wrong = postgres('mysql://x', { root, build: 'one' });
  expect(await failure(wrong.submit(run))).toMatchObject({ code: 'CONFIG' });
  for (const engine of [away, none, wrong]) await engine.close();
  rmSync(root, { recursive: true });
});

test('every dead letter is told and done anew, however many there are', async () => {
  schemas++;
  const root = mkdtempSync(join(tmpdir(), 'diffeo-engine-'));
  const engine = engines['postgres']?.(root) as Engine;
  const handle = await engine.submit({ name: 'squares', folder: 'out', jobs: squareJobs(1203) });
  const boss = new PgBoss({
    connectionString: server.url,
    schema: `test${schemas}`,
    supervise: false,
    schedule: false,
  });
  await boss.start();
  const fail = `update test${schemas}.job set state = 'failed', started_on = now(), completed_on = now(), output = '{"message":"lost"}'`;
  await boss.getDb().executeSql(fail);
  await boss.stop({ graceful: false });
  const failures = await handle.failures();
  expect(new Set(failures.map(({ job }) => job.request['value'])).size).toBe(1203);
  expect(new Set(failures.map(({ error }) => error))).toEqual(new Set(['lost']));
  expect(await handle.retry()).toBe(1203);
  expect(await handle.progress()).toMatchObject({ waiting: 1203, failed: 0 });
  expect(await handle.failures()).toEqual([]);
  await engine.close();
  rmSync(root, { recursive: true });
});

test('work goes on when the server was killed and starts again', async () => {
  schemas++;
  const root = mkdtempSync(join(tmpdir(), 'diffeo-engine-'));
  const engine = engines['postgres']?.(root) as Engine;
  const run: Run = { name: 'squares', folder: 'out', jobs: squareJobs(20) };
  const handle = await engine.submit(run);
  const notices: string[] = [];
  let done = 0;
  const serving = engine.serve(handlers, {
    slots: 2,
    until: 'idle',
    onNotice: (notice) => notices.push(notice),
    onJob: () => {
      if (++done === 8) void server.kill().then(() => server.start());
    },
  });
  await serving;
  expect(await handle.wait()).toMatchObject({ done: 20 });
  expect(notices.some((notice) => /answers again/.test(notice))).toBe(true);
  // Nobody has to wait for the server to stop waiting.
  const unserved = await engine.submit({ ...run, folder: 'later' });
  await server.kill();
  expect(await failure(unserved.wait({ signal: AbortSignal.timeout(500) }))).toMatchObject({ code: 'CANCELLED' });
  await server.start();
  await engine.close();
  rmSync(root, { recursive: true });
});
