import { type DiffeoError, disposeParams, type Flow, flow, leaves, normal } from '@diffeo/core';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { installKernels } from '@diffeo/kernels-wasm';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { actnorm, glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, expect, test } from 'vitest';
import { decreasing } from '../../../test/decreasing.ts';
import { useWasm } from '../backend/backend.ts';
import { adam, adamW } from '../optimisers/adam.ts';
import { chain } from '../optimisers/chain.ts';
import { clipByNorm, clipByValue } from '../optimisers/clipping.ts';
import { lion } from '../optimisers/lion.ts';
import type { OptimiserSpec } from '../optimisers/optimiser.ts';
import { exponential, linearWarmup, oneCycle, plateau } from '../optimisers/schedules.ts';
import { sgd } from '../optimisers/sgd.ts';
import { fit } from './fit.ts';
import type { FitOptions, Fitted } from './fit-options.ts';

beforeEach(() => useWasm());

const model = flow({ eventShape: [2], layers: [standardise(), actnorm(), ...realNVP({ layers: 2, hidden: [8] })] });
const moons = () => toTensor(twoMoons().sample(200, 1));
const numbersOf = (of: Flow, { params }: Fitted) =>
  leaves(of.layout, params).map(({ tensor }) => Array.from((tensor as Tensor).dataSync()));
const options: FitOptions = { steps: 30, batchSize: 32, seed: 3, learningRate: 5e-3, validateEvery: 5 };

/** A run that is stopped after so many steps and goes on from what it left behind. */
async function inPieces(of: Flow, x: Tensor, given: FitOptions, stop: number): Promise<Fitted> {
  const controller = new AbortController();
  const onProgress = ({ step }: { readonly step: number }) => step >= stop && controller.abort();
  const { params, checkpoint } = await fit(of, x, { ...given, signal: controller.signal, onProgress });
  disposeParams(of.layout, params);
  return await fit(of, x, { ...given, resume: checkpoint as Uint8Array });
}

const optimisers: [string, OptimiserSpec][] = [
  ['adam', adam({ beta1: 0.8 })],
  ['adamW', adamW({ decay: 0.1 })],
  ['sgd', sgd()],
  ['sgd with Nesterov', sgd({ momentum: 0.9, nesterov: true })],
  ['lion', lion({ decay: 0.1 })],
  ['a chain', chain(clipByValue({ value: 0.5 }), clipByNorm({ norm: 1 }), adamW())],
  ['one of your own', chain(decreasing({ by: 1e-4 }), sgd({ momentum: 0.5 }))],
];

test.each(optimisers)('%s: stopped and resumed ends as if it had not been, to the bit', async (_, optimiser) => {
  const x = moons();
  const before = memory().numTensors;
  const whole = await fit(model, x, { ...options, optimiser });
  const pieces = await inPieces(model, x, { ...options, optimiser }, 13);
  expect(numbersOf(model, pieces)).toEqual(numbersOf(model, whole));
  expect(pieces.history).toEqual(whole.history);
  for (const { params } of [whole, pieces]) disposeParams(model.layout, params);
  expect(memory().numTensors).toBe(before);
});

test.each([
  ['adamW', adamW({ decay: 0.1 })],
  ['one of your own', chain(decreasing({ by: 1e-4 }), lion())],
])('%s on workers: as on one thread but for rounding, resumed to the bit', async (_, optimiser) => {
  const x = moons();
  const modules = ['@diffeo/layers-elementwise', '@diffeo/layers-glow', '@diffeo/layers-coupling'].map((name) =>
    import.meta.resolve(name),
  );
  const own = new URL('../../../test/decreasing.ts', import.meta.url);
  const given = { ...options, validation: 0, optimiser, workers: { count: 2, modules: [...modules, own] } };
  const whole = await fit(model, x, given);
  expect(numbersOf(model, await inPieces(model, x, given, 13))).toEqual(numbersOf(model, whole));
  const alone = numbersOf(model, await fit(model, x, { ...given, workers: 0 }));
  for (const [i, leaf] of numbersOf(model, whole).entries()) {
    // The sign of a small mean may differ, and with it a step of lion.
    for (const [j, value] of leaf.entries()) expect(Math.abs(value - (alone[i]?.[j] as number))).toBeLessThan(0.06);
  }
});

test('an optimiser that workers do not find is refused by name', async () => {
  const optimiser = decreasing({ by: 1 });
  const error = await fit(model, moons(), { ...options, optimiser, workers: 2 }).catch((e: DiffeoError) => e);
  expect(error).toMatchObject({ code: 'UNKNOWN_TYPE', message: expect.stringMatching(/'test\/decreasing'.*modules/) });
});

test('filters that are changed where they are, are read anew', async () => {
  const images = flow({
    eventShape: [4, 4, 1],
    layers: glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 1, steps: 2, width: 4 }),
  });
  const x = normal([32, 4, 4, 1], 1);
  const given = {
    steps: 12,
    batchSize: 16,
    seed: 5,
    validation: 0,
    optimiser: sgd({ momentum: 0.9 }),
    learningRate: 0.01,
  };
  const inPlace = numbersOf(images, await fit(images, x, given));
  (await installKernels()).uninstall();
  const plain = numbersOf(images, await fit(images, x, given));
  for (const [i, leaf] of inPlace.entries()) {
    for (const [j, value] of leaf.entries()) expect(value).toBeCloseTo(plain[i]?.[j] as number, 3);
  }
});

test.each([plateau({ patience: 1 }), oneCycle(), exponential(), linearWarmup()])(
  'the schedule %s goes on where it was, and is the same as its JSON',
  async (schedule) => {
    const x = moons();
    const rates: number[] = [];
    const onProgress = ({ learningRate }: { readonly learningRate: number }) => void rates.push(learningRate);
    const given = { ...options, learningRate: 0.05, schedule };
    const whole = await fit(model, x, { ...given, onProgress });
    expect(new Set(rates).size).toBeGreaterThan(1);
    const pieces = await inPieces(model, x, { ...given, schedule: JSON.parse(JSON.stringify(schedule)) }, 17);
    expect(numbersOf(model, pieces)).toEqual(numbersOf(model, whole));
  },
);
