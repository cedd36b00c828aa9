import { DiffeoError, flow, leaves, save } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channels } from '../../../test/channels.ts';
import {
  askTask,
  countTask,
  dieTask,
  failTask,
  patientTask,
  pigeons,
  squareTask,
} from '../../../test/example-tasks.ts';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import { score } from '../scores/score.ts';
import { startWorkers } from '../tasks/start-workers.ts';
import type { AllReduceMethod } from './all-reduce.ts';
import { defineTask } from './task.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { Workers, WorkersOptions } from './workers.ts';

await useWasm();
const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [16] })] });
const moons = toTensor(twoMoons().sample(400, 1));
const own = new URL('../../../test/example-tasks.ts', import.meta.url);
const packages = ['@diffeo/layers-elementwise', '@diffeo/layers-coupling'].map((name) => import.meta.resolve(name));
const start = (options: Partial<WorkersOptions>) =>
  startWorkers(model, { count: 2, ...options, modules: [own, ...(options.create ? packages : [])] });

const failure = (work: Promise<unknown>): Promise<DiffeoError> =>
  work.then(
    () => expect.fail('resolved'),
    (error) => error,
  );
const training = { steps: 40, batchSize: 101, seed: 3, clipNorm: 0.5, validation: 0 };
const bitsOf = async (workers: Workers): Promise<number[]> => {
  const { params } = await fit(model, moons, { ...training, workers });
  return leaves(model.layout, params).flatMap(({ tensor }) => [...(tensor as Tensor).dataSync()]);
};
const limit = 120_000;
const threads = await start({});
afterAll(() => threads.close());
const expected = await bitsOf(threads);

describe.each(Object.entries(channels))('over %s', (name, options) => {
  let workers: Workers;
  beforeAll(async () => {
    workers = await start(options);
  }, limit);
  afterAll(() => workers.close());

  test('a task of a module of mine is done for each request, and answers come in their order', async () => {
    const requests = Array.from({ length: 25 }, (_, i) => i);
    const answers = await workers.run(squareTask, requests);
    expect(answers.map(({ square }) => square)).toEqual(requests.map((i) => i * i));
    expect(answers.every(({ of }) => of === 2)).toBe(true);
    expect(new Set(answers.map(({ worker }) => worker))).toEqual(new Set([0, 1]));
    const each = await workers.runOnEach(squareTask, (index) => 10 + index);
    expect(each).toEqual([
      { square: 100, worker: 0, of: 2 },
      { square: 121, worker: 1, of: 2 },
    ]);
  });

  test('a task loads models by the definitions that the worker found', async () => {
    const params = await model.start(model.init(1), moons);
    const found = await workers.run(countTask, [await save(model, params)]);
    expect(found).toEqual([{ layers: 3, disposed: leaves(model.layout, params).length }]);
  });

  test('errors come with their code and cause, and the workers stay', async () => {
    expect(await failure(workers.run(failTask, ['code']))).toMatchObject({
      code: 'EXAMPLE',
      message: 'a failure of its own',
      cause: { row: 3, why: ['far', { out: 1e9 }] },
    });
    const plain = await failure(workers.runOnEach(failTask, () => 'plain'));
    expect(plain).toMatchObject({ code: 'WORKER', message: expect.stringMatching(/^worker \d failed: no such thing/) });
    expect(plain).toBeInstanceOf(DiffeoError);
    const answer = await failure(workers.run(failTask, ['answer']));
    expect(answer).toMatchObject({ code: 'WORKER', message: expect.stringContaining('could not be cloned') });
    const posted = await failure(workers.run(squareTask, [(() => 1) as unknown as number]));
    expect(posted).toMatchObject({ code: 'CONFIG', message: expect.stringContaining('example/square: the request') });
    expect(await workers.run(squareTask, [3])).toMatchObject([{ square: 9 }]);
  });

  test('after a failure no further request is begun', async () => {
    let begun = 0;
    function* requests() {
      for (;;) {
        begun++;
        yield begun === 5 ? ('code' as const) : ('plain' as const);
      }
    }
    expect(await failure(workers.run(failTask, requests()))).toMatchObject({ code: 'WORKER' });
    expect(begun).toBeLessThanOrEqual(3);
  });

  test('a task that nobody knows is named, with one that may have been meant', async () => {
    const stray = defineTask({ type: 'example/sqare', run: (_: number) => null });
    expect(await failure(workers.run(stray, [1]))).toMatchObject({
      code: 'UNKNOWN_TYPE',
      message: expect.stringMatching(/no task 'example\/sqare'; did you mean 'example\/square'/),
    });
  });

  test('an aborted task is told so, and the workers stay', async () => {
    const controller = new AbortController();
    const waiting = failure(workers.run(patientTask, [null, null, null], { signal: controller.signal }));
    setTimeout(() => controller.abort('enough'), 20);
    expect(await waiting).toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    const again = workers.run(squareTask, [3], { signal: controller.signal });
    expect(await failure(again)).toMatchObject({ code: 'CANCELLED' });
    expect(await workers.run(squareTask, [4])).toMatchObject([{ square: 16 }]);
  });

  test('tasks and the caller talk while a task runs', async () => {
    const { notes } = workers as WorkerPool;
    const brought: number[] = [];
    const close = notes.on('example', (worker, body) => {
      brought[worker] = body as number;
      if (brought.filter(Number).length < 2) return;
      for (const i of [0, 1]) notes.post(i, 'example', (brought[0] as number) * (brought[1] as number));
    });
    expect(await workers.runOnEach(askTask, (index) => 6 + index)).toEqual([42, 42]);
    close();
    expect(await failure(workers.run(askTask, [1]))).toMatchObject({ code: 'CONFIG' });
  });

  test(
    'training gives the same bits as over threads in shared memory, and scores those of one thread',
    async () => {
      expect((threads as WorkerPool).sharesMemory).toBe(true);
      expect(await bitsOf(workers)).toEqual(expected);
      expect(await bitsOf(workers)).toEqual(expected);
      const params = await model.start(model.init(1), moons);
      const scores = await score(model, params, moons, { batchSize: 64, workers });
      expect(scores).toEqual(await score(model, params, moons, { batchSize: 64 }));
    },
    limit,
  );

  test(
    'a second training at the same time is refused, and the first goes on to the same bits',
    async () => {
      let second: Promise<DiffeoError> | null = null;
      const { params } = await fit(model, moons, {
        ...training,
        workers,
        onProgress: () => {
          second ??= failure(fit(model, moons, { ...training, workers }));
        },
      });
      expect(leaves(model.layout, params).flatMap(({ tensor }) => [...(tensor as Tensor).dataSync()])).toEqual(
        expected,
      );
      expect(await second).toMatchObject({ code: 'WORKER', message: expect.stringContaining('training already') });
    },
    limit,
  );

  if (name === 'message ports on one thread') return;

  test(
    'a worker that dies says so, and nothing is answered afterwards',
    async () => {
      const mortal = await start(options);
      const error = await failure(mortal.run(dieTask, [7, 7]));
      expect(error).toMatchObject({ code: 'WORKER', message: expect.stringMatching(/worker \d of 2 died.*code 7/) });
      expect(await failure(mortal.run(squareTask, [1]))).toMatchObject({ code: 'WORKER' });
      await mortal.close();
    },
    limit,
  );
});

test('how gradients are added up is what the caller says, and gives the same bits', async () => {
  let opened = 0;
  const open: AllReduceMethod['open'] = (pool, length) => {
    opened++;
    return pigeons.open(pool, length);
  };
  const workers = await start({ allReduce: { ...pigeons, open } });
  expect(await bitsOf(workers)).toEqual(expected);
  expect(opened).toBe(1);
  const lost = { ...(workers as WorkerPool), allReduce: { ...pigeons, type: 'example/doves' } };
  expect(await failure(bitsOf(lost))).toMatchObject({ code: 'UNKNOWN_TYPE' });
  const unsuited = { ...(workers as WorkerPool), allReduce: { ...pigeons, suits: () => false } };
  expect(await failure(bitsOf(unsuited))).toMatchObject({ code: 'CONFIG' });
  expect(await bitsOf(workers)).toEqual(expected);
  await workers.close();
  expect(await failure(start({ allReduce: 3 as never }))).toMatchObject({ code: 'CONFIG' });
});

test('a task has a package in its type', () => {
  expect(() => defineTask({ type: 'square', run: () => null })).toThrow(/<package>\/<name>/);
});
