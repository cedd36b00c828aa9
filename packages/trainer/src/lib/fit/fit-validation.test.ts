import { type DiffeoError, disposeParams, flow, leaves, normal, randomSource, shuffled } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { memory, ones, slice, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { failing } from '../../../test/treacherous-layers.ts';
import { useWasm } from '../backend/backend.ts';
import { rowStatistics } from '../scores/row-statistics.ts';
import { score } from '../scores/score.ts';
import { fit } from './fit.ts';
import type { Stopped } from './fit-options.ts';

beforeAll(() => useWasm());

const failure = (run: Promise<unknown>): Promise<DiffeoError> =>
  run.then(
    () => expect.fail('resolved'),
    (error) => error,
  );

test.each([
  [100, 5],
  [300, 10],
  [300, 30],
])('on noise, %d × %d, nothing worse than the untrained flow is handed over', async (rows, columns) => {
  const [x, held] = [normal([rows, columns], 1), normal([5000, columns], 9)];
  const model = flow({ eventShape: [columns], layers: [standardise(), ...realNVP()] });
  const untrained = rowStatistics(await score(model, await model.start(model.init(1), x), held)).mean;
  const { params, startWasBest, bestStep, startValidation, history } = await fit(model, x, { seed: 1 });
  expect(rowStatistics(await score(model, params, held)).mean).toBeGreaterThan(untrained - 0.1);
  expect(startWasBest).toBe(bestStep === 0);
  const best = bestStep === 0 ? startValidation : history.find(({ step }) => step === bestStep)?.validation;
  expect(best).toBeLessThanOrEqual(startValidation as number);
});

test('the early validations do not exhaust patience', async () => {
  const x = normal([60, 4], 1);
  const model = flow({ eventShape: [4], layers: [standardise(), ...realNVP()] });
  const { steps, bestStep, stopped } = await fit(model, x, { steps: 1000, seed: 1, patience: 2 });
  expect(stopped).toBe('converged');
  // Twenty steps lie between two that count.
  const lastReset = Math.floor(bestStep / 20) * 20;
  expect(steps).toBe(lastReset + 40);
});

const moonsModel = () => flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 2, hidden: [8] })] });

/** Moons, but for one number. */
function moonsWith(row: number, column: number, value: number, count = 300): Tensor {
  const { values } = twoMoons().sample(count, 3);
  const changed = values.slice();
  changed[2 * row + column] = value;
  return tensor2d(changed, [count, 2]);
}

test.each([1e20, -1e20, 9.97e36])(
  'a validation row that holds %d is named before training, with its column',
  async (value) => {
    const x = toTensor(twoMoons().sample(1000, 1));
    const before = memory().numTensors;
    const validation = moonsWith(7, 1, value);
    let steps = 0;
    const error = await failure(fit(moonsModel(), x, { validation, steps: 100, onProgress: () => steps++ }));
    expect(error).toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(
        /row 7 of the validation data, which holds .* in column 1 \(both counted from 0\)/,
      ),
      cause: { place: { data: 'the validation data', row: 7, column: 1, value: Math.fround(value), inContext: false } },
    });
    expect(steps).toBe(0);
    disposeParams(moonsModel().layout, (error.cause as Stopped).params);
    validation.dispose();
    expect(memory().numTensors).toBe(before);
  },
);

test('a row that was split off is named by its number in the data', async () => {
  const x = moonsWith(0, 0, 0.5);
  // The first in the order that the split draws.
  for (const row of shuffled(300, 5).subarray(0, 5)) {
    const bad = moonsWith(row, 0, 1e20);
    const params = await moonsModel().start(moonsModel().init(1), x);
    const error = await failure(fit(moonsModel(), bad, { steps: 20, params }));
    expect((error.cause as Stopped).place).toMatchObject({ row, column: 0, data: 'the data' });
  }
});

test('a context that is far out is told from the data', async () => {
  const model = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [8] }) });
  const source = randomSource(3);
  const trained = await fit(model, { x: normal([200, 2], 1), context: normal([200, 1], 2) }, { steps: 30, seed: 1 });
  const context = tensor2d(
    Float32Array.from({ length: 50 }, (_, i) => (i === 11 ? 1e30 : source.normal())),
    [50, 1],
  );
  const validation = { x: normal([50, 2], 4), context };
  const data = { x: normal([200, 2], 1), context: normal([200, 1], 2) };
  const error = await failure(fit(model, data, { params: trained.params, validation, steps: 5 }));
  expect((error.cause as Stopped).place).toMatchObject({ row: 11, column: 0, inContext: true });
});

test('a training row that the flow cannot score is named before training', async () => {
  const params = await moonsModel().start(moonsModel().init(1), moonsWith(0, 0, 0.5));
  const x = moonsWith(123, 1, 1e25);
  const error = await failure(fit(moonsModel(), x, { params, validation: 0, steps: 1 }));
  expect(error).toMatchObject({ code: 'NOT_FINITE', cause: { place: { row: 123, column: 1 }, bestStep: 0 } });
});

test('a validation that is not finite later ends the run with the best until then', async () => {
  // Its log-determinant overflows once the scale has grown.
  const model = flow({ eventShape: [2], layers: [failing()] });
  const error = await failure(fit(model, zeros([50, 2]), { steps: 500, learningRate: 0.05, validateEvery: 1 }));
  const { params, steps, bestStep, place } = error.cause as Stopped;
  expect(error.code).toBe('NOT_FINITE');
  expect(steps).toBeGreaterThan(1);
  expect(bestStep).toBeLessThanOrEqual(steps);
  expect(place).toMatchObject({ row: expect.any(Number), column: null });
  for (const { tensor } of leaves(model.layout, params)) {
    expect([...(tensor as Tensor).dataSync()].every(Number.isFinite)).toBe(true);
  }
});

test('few of many validation rows take part, drawn by the seed, and it is said', async () => {
  const model = moonsModel();
  const x = toTensor(twoMoons().sample(500, 1));
  const validation = toTensor(twoMoons().sample(6000, 2));
  const losses = async (seed: number, validationRows?: number) => {
    const { history, validationRows: said } = await fit(model, x, {
      ...{ steps: 10, seed, validation, params: await model.start(model.init(1), x), batchSize: 64 },
      ...(validationRows !== undefined && { validationRows }),
    });
    return [said, history[0]?.validation];
  };
  const [first, again, other] = [await losses(1), await losses(1), await losses(2)];
  expect(first[0]).toBe(2000);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect((await losses(1, Infinity))[0]).toBe(6000);
  expect((await losses(1, 5))[0]).toBe(5);
});

test('a share that leaves no rows to train on is refused, and one row alone is not split', async () => {
  const model = moonsModel();
  const few = slice(toTensor(twoMoons().sample(9, 1)), [0, 0], [3, 2]);
  const error = await failure(fit(model, few, { validation: 0.9, steps: 2 }));
  expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(/0\.9 of 3 rows leaves none/) });
  const { validationRows, startValidation, startWasBest } = await fit(
    flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [4] }) }),
    ones([1, 2]),
    { steps: 2 },
  );
  expect([validationRows, startValidation, startWasBest]).toEqual([0, null, false]);
});

const finite = (model: ReturnType<typeof moonsModel>, { params }: Stopped): boolean =>
  leaves(model.layout, params).every(({ tensor }) => [...(tensor as Tensor).dataSync()].every(Number.isFinite));

test.each<[string, (step: number, steps: number) => number, number, number]>([
  ['linear decay of one step', (step, steps) => 1 - step / (steps - 1), 1, 0],
  ['NaN at the last step', (step) => (step === 9 ? Number.NaN : 1), 10, 9],
  ['NaN in the middle', (step) => (step === 5 ? Number.NaN : 1), 10, 5],
  ['a negative factor', (step) => 3 - step, 10, 4],
  ['an infinite factor', (step) => 1 / (2 - step), 10, 2],
  ['no number', () => undefined as unknown as number, 10, 0],
])('a schedule with %s is refused at its step, with the parameters from before', async (_, schedule, steps, at) => {
  const model = moonsModel();
  const x = toTensor(twoMoons().sample(100, 1));
  for (const workers of at === 5 ? [0, 1] : [0]) {
    const error = await failure(fit(model, x, { steps, schedule, validation: 0, seed: 1, workers }));
    expect(error).toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(
        new RegExp(`the schedule gives .* at step ${at} of ${steps} .*a learning rate of`),
      ),
    });
    expect((error.cause as Stopped).steps).toBe(at);
    expect(finite(model, error.cause as Stopped)).toBe(true);
  }
});
