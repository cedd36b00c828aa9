import { copyParams, type Flow, type FlowParams, flow, leaves, normal } from '@diffeo/core';
import { installKernels } from '@diffeo/kernels-wasm';
import { realNVP } from '@diffeo/layers-coupling';
import { actnorm } from '@diffeo/layers-glow';
import { memory, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { decreasing } from '../../../test/decreasing.ts';
import { useWasm } from '../backend/backend.ts';
import { adam, adamW } from './adam.ts';
import { chain } from './chain.ts';
import { clipByNorm, clipByValue } from './clipping.ts';
import { lion } from './lion.ts';
import type { OptimiserSpec } from './optimiser.ts';
import { sgd } from './sgd.ts';
import { startTrainState } from './start-train-state.ts';

const model: Flow = flow({ eventShape: [2], layers: [actnorm(), ...realNVP({ layers: 1, hidden: [3] })] });
const started = async (): Promise<FlowParams> => await model.start(model.init(1), normal([50, 2], 3));
const tensorsOf = (params: FlowParams) => leaves(model.layout, params).map(({ tensor }) => tensor as Tensor);
const numbersOf = (params: FlowParams) => tensorsOf(params).flatMap((tensor) => [...tensor.dataSync()]);
const rate = 0.02;

/** Whether each trained number is a weight, as the layout says. */
const isWeight = leaves(model.layout, {}).flatMap(({ leaf: { role, shape } }) =>
  Array<boolean>(shape.reduce((a, b) => a * b, 1)).fill(role === 'weight'),
);

/** One step of an optimiser for all numbers, in float64, with what it remembers. */
type Reference = (p: number[], g: readonly number[], memory: number[][], t: number) => number[];
const vector = (memory: number[][], at: number, size: number): number[] => {
  memory[at] ??= Array<number>(size).fill(0);
  return memory[at] as number[];
};

const adamReference =
  (decay: number, [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]): Reference =>
  (p, g, memory, t) => {
    const [m, v] = [vector(memory, 0, p.length), vector(memory, 1, p.length)];
    return p.map((value, i) => {
      const slope = g[i] as number;
      m[i] = (beta1 as number) * (m[i] as number) + (1 - (beta1 as number)) * slope;
      v[i] = (beta2 as number) * (v[i] as number) + (1 - (beta2 as number)) * slope ** 2;
      const mean = (m[i] as number) / (1 - (beta1 as number) ** t);
      const square = (v[i] as number) / (1 - (beta2 as number) ** t);
      const kept = isWeight[i] ? 1 - rate * decay : 1;
      return kept * value - (rate * mean) / (Math.sqrt(square) + (epsilon as number));
    });
  };
const sgdReference =
  (momentum: number, nesterov: boolean): Reference =>
  (p, g, memory) => {
    const v = vector(memory, 0, p.length);
    return p.map((value, i) => {
      v[i] = momentum * (v[i] as number) + (g[i] as number);
      const direction = nesterov ? (g[i] as number) + momentum * (v[i] as number) : (v[i] as number);
      return value - rate * direction;
    });
  };
const lionReference =
  (decay: number): Reference =>
  (p, g, memory) => {
    const m = vector(memory, 0, p.length);
    return p.map((value, i) => {
      const change = Math.sign(0.9 * (m[i] as number) + 0.1 * (g[i] as number)) + (isWeight[i] ? decay * value : 0);
      m[i] = 0.99 * (m[i] as number) + 0.01 * (g[i] as number);
      return value - rate * change;
    });
  };
const clipped =
  (clip: (g: readonly number[]) => number[], then: Reference): Reference =>
  (p, g, ...rest) =>
    then(p, clip(g), ...rest);
const toNorm = (norm: number) => (g: readonly number[]) => g.map((x) => x * Math.min(1, norm / Math.hypot(...g)));
const toValue = (most: number) => (g: readonly number[]) => g.map((x) => Math.min(most, Math.max(-most, x)));

const cases: [string, OptimiserSpec, Reference][] = [
  ['adam', adam(), adamReference(0)],
  ['adam of other constants', adam({ beta1: 0.5, beta2: 0.9, epsilon: 1e-3 }), adamReference(0, [0.5, 0.9, 1e-3])],
  ['adamW', adamW({ decay: 0.5 }), adamReference(0.5)],
  ['sgd', sgd(), sgdReference(0, false)],
  ['sgd with momentum', sgd({ momentum: 0.9 }), sgdReference(0.9, false)],
  ['sgd with Nesterov', sgd({ momentum: 0.9, nesterov: true }), sgdReference(0.9, true)],
  ['lion', lion(), lionReference(0)],
  ['lion with decay', lion({ decay: 0.3 }), lionReference(0.3)],
  ['a chain of clipping by norm', chain(clipByNorm({ norm: 2 }), adam()), clipped(toNorm(2), adamReference(0))],
  [
    'a chain of clipping by value',
    chain(clipByValue({ value: 0.3 }), sgd()),
    clipped(toValue(0.3), sgdReference(0, false)),
  ],
  [
    'a chain in a chain',
    chain(clipByValue({ value: 1 }), chain(clipByNorm({ norm: 2 }), adamW({ decay: 0.5 }))),
    clipped((g) => toNorm(2)(toValue(1)(g)), adamReference(0.5)),
  ],
];

describe.each([
  ['composed', false],
  ['with kernels', true],
])('%s', (_, kernels) => {
  beforeEach(async () => {
    await useWasm();
    if (!kernels) (await installKernels()).uninstall();
  });

  test.each(cases)(
    '%s takes the steps of its paper, and is the same from its JSON',
    async (_, optimiser, reference) => {
      const shapes = tensorsOf(await started()).map(({ shape }) => shape);
      const gradients = Array.from({ length: 6 }, (_, step) =>
        shapes.map((shape, i) => mul(normal(shape, 50 * step + i), 2 ** (step % 3))),
      );
      const run = async (spec: OptimiserSpec) => {
        const initial = await started();
        const before = memory().numTensors;
        const state = startTrainState(model, initial, { optimiser: spec, clipNorm: Infinity, freeze: () => false });
        let expected = numbersOf(state.params);
        const remembered: number[][] = [];
        for (const [step, gradient] of gradients.entries()) {
          const numbers = gradient.flatMap((tensor) => [...tensor.dataSync()]);
          expected = reference(expected, numbers, remembered, step + 1);
          await state.applyGradients([gradient], rate);
        }
        const found = numbersOf(state.params);
        state.dispose();
        expect(before - memory().numTensors).toBe(shapes.length);
        return { found, expected };
      };
      const { found, expected } = await run(optimiser);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);
      expect((await run(JSON.parse(JSON.stringify(optimiser)))).found).toEqual(found);
    },
  );

  test.each(cases)('%s goes on from its state to the bit', async (_, optimiser) => {
    const freeze = (path: string) => path.endsWith('bias');
    const options = { optimiser, clipNorm: 5, freeze };
    const gradient = (step: number) =>
      leaves(model.layout, {}).flatMap(({ path, leaf: { shape } }, i) =>
        freeze(path) ? [] : [normal([...shape], 50 * step + i)],
      );
    const whole = startTrainState(model, await started(), options);
    for (let step = 0; step < 3; step++) await whole.applyGradients([gradient(step)], rate);
    const resumed = startTrainState(model, copyParams(model.layout, whole.params), {
      ...options,
      state: await whole.state(),
    });
    for (const state of [whole, resumed]) await state.applyGradients([gradient(3)], rate);
    expect(numbersOf(resumed.params)).toEqual(numbersOf(whole.params));
    expect(await resumed.state()).toEqual(await whole.state());
    for (const state of [whole, resumed]) state.dispose();
  });
});

test('biases and scales do not decay, unless that is said', async () => {
  await useWasm();
  const after = async (optimiser: OptimiserSpec) => {
    const state = startTrainState(model, await started(), { optimiser, clipNorm: 5, freeze: () => false });
    const before = numbersOf(state.params);
    await state.applyGradients([tensorsOf(state.params).map(({ shape }) => zeros(shape))], 0.1);
    const changed = numbersOf(state.params).map((value, i) => value !== before[i] && before[i] !== 0);
    state.dispose();
    return { changed, moving: before.map((value) => value !== 0) };
  };
  const { changed, moving } = await after(adamW({ decay: 0.5 }));
  expect(changed).toEqual(moving.map((moves, i) => moves && (isWeight[i] as boolean)));
  const all = await after(adamW({ decay: 0.5, decayed: ['weight', 'bias', 'scale'] }));
  expect(all.changed).toEqual(all.moving);
});

test.each([
  [() => adam({ beta1: 1 }), /@diffeo\/trainer\/adam: beta1: expected a number from 0 to below 1/],
  [() => adam({ beta3: 1 } as object), /adam: beta3/],
  [() => sgd({ momentum: Number.NaN }), /sgd: momentum/],
  [() => lion({ decay: -1 }), /lion: decay/],
  [() => adamW({ decayed: ['weights'] as never }), /adam-w: decayed/],
  [() => clipByNorm({ norm: 0 }), /clip-by-norm: norm: expected a number above 0/],
  [() => clipByNorm(), /norm/],
  [() => chain(), /chain: parts/],
  [() => chain(3 as never), /chain: parts\.0: expected an optimiser, such as adam/],
])('options that cannot be meant are refused: %#', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }));
});

test('an optimiser that nobody defined is refused by name', async () => {
  await useWasm();
  const spec = { ...JSON.parse(JSON.stringify(adam())), $type: '@diffeo/trainer/adma' };
  const start = async (optimiser: OptimiserSpec) =>
    startTrainState(model, await started(), { optimiser, clipNorm: 5, freeze: () => false });
  await expect(start(spec)).rejects.toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_TYPE',
      message: expect.stringMatching(/'@diffeo\/trainer\/adma'.*did you mean/),
    }),
  );
  await expect(start({ ...spec, $type: '@diffeo/trainer/adam', version: 2 })).rejects.toThrow(
    expect.objectContaining({ code: 'NEWER_VERSION' }),
  );
});

test('one of your own is as good as ours', async () => {
  await useWasm();
  const state = startTrainState(model, await started(), {
    optimiser: chain(clipByValue({ value: 1 }), decreasing({ by: 0.25 })),
    clipNorm: Infinity,
    freeze: () => false,
  });
  const before = numbersOf(state.params);
  await state.applyGradients([tensorsOf(state.params).map(({ shape }) => zeros(shape))], 0.1);
  for (const [i, value] of numbersOf(state.params).entries())
    expect(value).toBeCloseTo((before[i] as number) - 0.25, 5);
  expect((await state.state()).leaves.map((numbers) => [...numbers])).toEqual([[1]]);
  state.dispose();
});
