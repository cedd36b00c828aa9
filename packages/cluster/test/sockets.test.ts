import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type DiffeoError, flow, leaves, normal } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { type AllReduceMethod, fit, startWorkers, useWasm, type Workers } from '@diffeo/trainer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { partOf, remoteWorker, socketAllReduce } from '../src/index.ts';
import { mesh } from '../src/lib/sockets/mesh.ts';

await useWasm();
const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [16] })] });
const rows = normal([400, 2], 1);
const secret = randomBytes(16).toString('hex');
const modules = ['@diffeo/layers-elementwise', '@diffeo/layers-coupling'].map((name) => import.meta.resolve(name));
const cluster = new URL('../src/index.ts', import.meta.url);
const training = { steps: 30, batchSize: 101, seed: 3, clipNorm: 0.5, validation: 0 };

const bitsOf = async (workers: Workers): Promise<number[]> => {
  const { params } = await fit(model, rows, { ...training, workers });
  return leaves(model.layout, params).flatMap(({ tensor }) => [...(tensor as Tensor).dataSync()]);
};
const failure = (work: Promise<unknown>): Promise<DiffeoError> =>
  work.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

const processes: ChildProcess[] = [];
/** A process that trains, and its port. */
const trainingProcess = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const file = new URL('./training-worker.ts', import.meta.url).pathname;
    const env = { ...process.env, DIFFEO_TEST_SECRET: secret };
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    processes.push(child);
    child.stdout.once('data', (bytes) => resolve(Number(String(bytes))));
    child.once('exit', (code) => reject(new Error(`the process ended with code ${code}`)));
  });
const start = (count: number, allReduce?: AllReduceMethod) =>
  startWorkers(model, {
    count,
    modules: [...modules, cluster],
    create: async () => await remoteWorker({ host: '127.0.0.1', port: await trainingProcess() }, { secret }),
    ...(allReduce && { allReduce }),
  });
afterAll(() => {
  for (const child of processes) child.kill('SIGKILL');
});

describe.each([2, 3])('%i processes that add up over sockets', (count) => {
  let threads: Workers;
  let remote: Workers;
  beforeAll(async () => {
    threads = await startWorkers(model, { count });
    remote = await start(count, socketAllReduce);
  });
  afterAll(async () => {
    await threads.close();
    await remote.close();
  });

  test('train to the bits of threads in shared memory', async () => {
    const expected = await bitsOf(threads);
    expect(await bitsOf(remote)).toEqual(expected);
    // Another training over the same channels connects anew.
    expect(await bitsOf(remote)).toEqual(expected);
  });
});

test('one process that dies ends the training for all', async () => {
  const remote = await start(2, socketAllReduce);
  const error = await failure(
    fit(model, rows, {
      ...{ ...training, steps: 100_000, workers: remote },
      onProgress: ({ step }) => step === 20 && processes.at(-1)?.kill('SIGKILL'),
    }),
  );
  expect(error).toMatchObject({ code: 'WORKER' });
  await remote.close();
});

test('who has another secret is refused on both sides, and a guess too short', async () => {
  const port = await trainingProcess();
  const other = remoteWorker({ host: '127.0.0.1', port }, { secret: `${secret}x` });
  expect(await failure(other)).toMatchObject({ code: 'WORKER' });
  // The worker goes on waiting for one who has it.
  const channel = await remoteWorker({ host: '127.0.0.1', port }, { secret });
  await channel.end();
  expect(await failure(remoteWorker({ host: '127.0.0.1', port }, { secret: 'short' }))).toMatchObject({
    code: 'CONFIG',
  });
  expect(await failure(remoteWorker({ host: '127.0.0.1', port: 9 }, { secret }))).toMatchObject({ code: 'WORKER' });
});

test('strangers do not get into a mesh', async () => {
  const host = '127.0.0.1';
  const [key, wrong] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('hex')) as [string, string];
  const first = mesh({ index: 0, count: 2, host, secret: key });
  const stranger = mesh({ index: 1, count: 2, host, secret: wrong });
  const at = await first.address;
  const peers = await stranger.connect([at, await stranger.address]);
  // What calls learns that it was turned away when it listens.
  expect(await failure(peers.get(0)?.read(1) as Promise<unknown>)).toMatchObject({ code: 'WORKER' });
  const second = mesh({ index: 1, count: 2, host, secret: key });
  const all = [at, await second.address];
  const [toSecond, toFirst] = await Promise.all([first.connect(all), second.connect(all)]);
  toSecond.get(1)?.send(new Uint8Array([7]));
  expect(await toFirst.get(0)?.read(1)).toEqual(new Uint8Array([7]));
  for (const each of [first, stranger, second]) each.close();
});

test('parts of a vector cover it, and some may be empty', () => {
  for (const [length, count] of [
    [10, 3],
    [2, 5],
    [1, 1],
    [1000, 7],
  ] as const) {
    const parts = Array.from({ length: count }, (_, i) => partOf(length, i, count));
    expect(parts[0]?.[0]).toBe(0);
    expect(parts.at(-1)?.[1]).toBe(length);
    for (const [i, [begin]] of parts.slice(1).entries()) expect(begin).toBe(parts[i]?.[1]);
  }
});
