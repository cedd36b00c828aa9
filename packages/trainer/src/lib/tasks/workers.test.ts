import { Worker as NodeThread } from 'node:worker_threads';
import { type DiffeoError, diagonalNormal, disposeParams, type Flow, flow, leaves, normal } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { memory, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
import { deadly, failing, mortal, twin } from '../../../test/treacherous-layers.ts';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import type { Fitted } from '../fit/fit-options.ts';
import { sample } from '../sampling/sample.ts';
import { score } from '../scores/score.ts';
import { startWorkers } from './start-workers.ts';

await useWasm();
const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [16] })] });
const workers = await startWorkers(model, { count: 2 });
const modules = [new URL('../../../test/treacherous-layers.ts', import.meta.url)];
afterAll(() => workers.close());

const moons = toTensor(twoMoons().sample(600, 1));
const numbersOf = (of: Flow, { params }: Fitted) =>
  leaves(of.layout, params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test('two workers take the steps that one thread takes, but for rounding', async () => {
  // Gradients are longer than that at first: workers have to agree on how long.
  const options = { steps: 40, batchSize: 101, seed: 3, learningRate: 5e-3, clipNorm: 0.5 };
  const norms: [alone: number[], together: number[]] = [[], []];
  const run = (own: number[], more: object) =>
    fit(model, moons, { ...options, ...more, onProgress: ({ gradientNorm }) => own.push(gradientNorm) });
  const alone = await run(norms[0], {});
  const together = await run(norms[1], { workers });
  expect(norms[0].filter((norm) => norm > 0.5).length).toBeGreaterThan(5);
  for (const [i, norm] of norms[0].entries()) expect((norms[1][i] as number) / norm).toBeCloseTo(1, 3);
  const [expected, found] = [numbersOf(model, alone), numbersOf(model, together)];
  for (const [i, leaf] of expected.entries()) {
    for (const [j, value] of leaf.entries()) expect(found[i]?.[j]).toBeCloseTo(value, 3);
  }
  expect(together.steps).toBe(40);
  expect(together.history.map(({ step }) => step)).toEqual(alone.history.map(({ step }) => step));
  for (const [i, { train, validation }] of together.history.entries()) {
    expect(train).toBeCloseTo(alone.history[i]?.train as number, 3);
    expect(validation).toBeCloseTo(alone.history[i]?.validation as number, 3);
  }
});

test('the same number of workers gives the same parameters to the bit, and no tensor is left', async () => {
  const options = { steps: 50, seed: 4, workers };
  const first = await fit(model, moons, options);
  const before = memory().numTensors;
  const second = await fit(model, moons, options);
  expect(numbersOf(model, second)).toEqual(numbersOf(model, first));
  disposeParams(model.layout, second.params);
  expect(memory().numTensors).toBe(before);
});

/** Workers as a page makes them, each with kernels or without. */
const mixed = (kernels: readonly boolean[]) => {
  let next = 0;
  const create = () => {
    const data = { workerData: { kernels: kernels[next++] } };
    const thread = new NodeThread(new URL('../../../test/plain-worker.ts', import.meta.url), data);
    const listen = (event: string, receive: (value: unknown) => void) =>
      void thread.on(event, (value) => receive(event === 'message' ? { data: value } : value));
    return {
      postMessage: (message: unknown, transfer: readonly ArrayBuffer[]) => thread.postMessage(message, transfer),
      addEventListener: listen,
      terminate: () => thread.terminate(),
    } as unknown as Worker;
  };
  const modules = ['@diffeo/layers-elementwise', '@diffeo/layers-coupling'].map((name) => import.meta.resolve(name));
  return startWorkers(model, { count: kernels.length, create, modules });
};

test.each([
  ['none has kernels', [false, false, false]],
  ['one has none', [true, false]],
])('where %s, each takes whole steps, and the same', async (_, kernels) => {
  const pool = await mixed(kernels);
  const options = { steps: 40, batchSize: 48, seed: 3, validation: 0 };
  const runs = [];
  for (let i = 0; i < 3; i++) runs.push(numbersOf(model, await fit(model, moons, { ...options, workers: pool })));
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  const alone = numbersOf(model, await fit(model, moons, options));
  for (const [i, leaf] of alone.entries()) {
    for (const [j, value] of leaf.entries()) expect(runs[0]?.[i]?.[j]).toBeCloseTo(value, 2);
  }
  await pool.close();
});

test('parameters whose gradients share memory are stepped by their own', async () => {
  const twins = flow({ eventShape: [2], layers: [twin(), twin()] });
  const options = { steps: 30, batchSize: 50, seed: 3, validation: 0, learningRate: 0.05 };
  const alone = numbersOf(twins, await fit(twins, moons, options));
  const pool = await startWorkers(twins, { count: 2, modules });
  const together = numbersOf(twins, await fit(twins, moons, { ...options, workers: pool }));
  for (const [i, leaf] of alone.entries()) {
    for (const [j, value] of leaf.entries()) expect(together[i]?.[j]).toBeCloseTo(value, 4);
  }
  await pool.close();
});

test('where everything is frozen, workers are not asked, and stay', async () => {
  const error = await failure(fit(model, moons, { steps: 5, freeze: () => true, workers }));
  expect(error.code).toBe('PARAMETERS');
  expect((await fit(model, moons, { steps: 5, workers })).steps).toBe(5);
});

test('what is frozen stays, and what is given is gone on from', async () => {
  const { params } = await fit(model, moons, { steps: 5, seed: 1 });
  const freeze = (path: string) => path.startsWith('layers.1.');
  const next = await fit(model, moons, { params, freeze, steps: 10, validation: 0, workers });
  const before = leaves(model.layout, params);
  for (const [i, { path, leaf, tensor }] of leaves(model.layout, next.params).entries()) {
    const unchanged = JSON.stringify(tensor?.dataSync()) === JSON.stringify(before[i]?.tensor?.dataSync());
    expect(unchanged, path).toBe(freeze(path) || !leaf.trainable);
  }
});

test('scores and samples are the same on any number of workers', async () => {
  const conditional = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
  const params = conditional.init(1);
  const data = { x: normal([1003, 2], 1), context: normal([1003, 1], 2) };
  const pool = await startWorkers(conditional, { count: 3 });
  const alone = await score(conditional, params, data, { batchSize: 100 });
  expect(await score(conditional, params, data, { batchSize: 100, workers: pool })).toEqual(alone);
  for (const context of [data.context, normal([1, 1], 5)]) {
    const options = { count: 1003, seed: 9, batchSize: 128, temperature: 0.8, context };
    const drawn = await sample(conditional, params, options);
    expect(drawn.length).toBe(2006);
    expect(await sample(conditional, params, { ...options, workers: pool })).toEqual(drawn);
  }
  await pool.close();
});

test('an abort signal ends the run between strides', async () => {
  const controller = new AbortController();
  const { stopped, steps } = await fit(model, moons, {
    steps: 100_000,
    validateEvery: 1000,
    signal: controller.signal,
    workers,
    onProgress: ({ step }) => step === 20 && controller.abort(),
  });
  // How many steps make a stepsPerRequest depends on how long they take.
  expect(stopped).toBe('cancelled');
  expect(steps).toBeGreaterThanOrEqual(20);
  expect(steps).toBeLessThan(300);
});

test('a worker that dies ends the run, and what was reached is in the cause', async () => {
  const doomed = flow({ eventShape: [2], layers: [deadly({ calls: 60 })] });
  const options = { steps: 1000, validateEvery: 10, validation: normal([8, 2], 3) };
  const error = await failure(fit(doomed, normal([100, 2], 1), { ...options, workers: { count: 2, modules } }));
  expect(error).toMatchObject({ code: 'WORKER', message: expect.stringMatching(/worker \d of 2 died.*code 3/) });
  const { params, bestStep, steps } = error.cause as Fitted;
  expect(steps).toBeGreaterThanOrEqual(10);
  expect(bestStep).toBeGreaterThan(0);
  expect(leaves(doomed.layout, params).every(({ tensor }) => tensor && !tensor.isDisposed)).toBe(true);
});

test('a run whose worker died goes on from the checkpoint that it left, as though it had not', async () => {
  const doomed = flow({ eventShape: [2], layers: [mortal()], base: diagonalNormal() });
  const x = normal([100, 2], 1);
  const given: Uint8Array[] = [];
  const options = { steps: 60, validateEvery: 10, batchSize: 20, seed: 2, workers: { count: 2, modules } };
  const onCheckpoint = (bytes: Uint8Array) => void given.push(bytes);
  process.env['DIFFEO_TEST_LAST_CALL'] = '45';
  const error = await failure(fit(doomed, x, { ...options, onCheckpoint }));
  delete process.env['DIFFEO_TEST_LAST_CALL'];
  expect(error).toMatchObject({
    code: 'WORKER',
    message: expect.stringMatching(/A checkpoint of step 10 is in error\.cause\.checkpoint/),
  });
  const { checkpoint } = error.cause as Fitted;
  expect(checkpoint).toBe(given.at(-1));
  const resumed = await fit(doomed, x, { ...options, resume: checkpoint as Uint8Array });
  const whole = await fit(doomed, x, options);
  expect(numbersOf(doomed, resumed)).toEqual(numbersOf(doomed, whole));
  expect(resumed.history).toEqual(whole.history);
});

test('the first number that is not finite is named by the worker that met it', async () => {
  const broken = flow({ eventShape: [2], layers: [failing()], base: diagonalNormal() });
  const options = { steps: 500, learningRate: 0.05, workers: { count: 2, modules } };
  const error = await failure(fit(broken, zeros([50, 2]), options));
  expect(error).toMatchObject({
    code: 'NOT_FINITE',
    message: expect.stringContaining('layers.0 (treacherous/failing) is the first to return a logDet'),
  });
});

test.each([
  [{ count: 0 }, 'CONFIG', /count must be a whole number/],
  [{ count: 1.5 }, 'CONFIG', /count must be a whole number/],
  [{ count: 2, modules: ['file:///no/such/module.js'] }, 'WORKER', /no\/such\/module/],
])('%j is refused', async (options, code, message) => {
  expect(await failure(startWorkers(model, options))).toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a part whose package is not installed is named', async () => {
  const stray = flow({ eventShape: [2], layers: [failing()] });
  expect(await failure(startWorkers(stray, { count: 1 }))).toMatchObject({
    code: 'WORKER',
    message: expect.stringContaining("'treacherous' is not installed"),
  });
});

test('more workers than rows in a batch, and workers that were closed, are refused', async () => {
  expect(await failure(fit(model, moons, { batchSize: 1, workers }))).toMatchObject({ code: 'CONFIG' });
  const closed = await startWorkers(model, { count: 1 });
  await closed.close();
  expect(await failure(score(model, model.init(1), moons, { workers: closed }))).toMatchObject({ code: 'WORKER' });
});

test('a worker that never answers is not waited for', async () => {
  const deaf = () => undefined;
  const create = () => Object.assign(new EventTarget(), { postMessage: deaf, terminate: deaf }) as unknown as Worker;
  const error = await failure(startWorkers(model, { count: 2, create, startSeconds: 0.05 }));
  expect(error).toMatchObject({ code: 'WORKER', message: expect.stringMatching(/within 0\.05 s.*serveFlows/) });
  expect(await failure(startWorkers(model, { count: 1, startSeconds: 0 }))).toMatchObject({ code: 'CONFIG' });
});
