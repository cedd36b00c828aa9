import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, normal, type Shape, type Spec } from '@diffeo/core';
import { pluLinear } from '@diffeo/layers-linear';
import { checkLayer } from '@diffeo/testing';
import { range, reshape, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { actnorm } from '../actnorm.ts';
import { haar } from './haar.ts';
import { multiScale } from './multi-scale.ts';
import { squeeze, unsqueeze } from './squeeze.ts';

const numbers = (tensor: Tensor) => [...tensor.dataSync()];
const at = (eventShape: Shape, ...layers: Spec<'layer'>[]) => flow({ eventShape, layers });
const step = () => [actnorm(), pluLinear({ init: 'rotation' })];
const levels = (count: number) =>
  multiScale({ levels: Array.from({ length: count }, () => ({ layers: [squeeze(), ...step()] })) });

beforeAll(async () => {
  await setBackend('wasm');
});

describe.each<[string, Spec<'layer'>, Shape[], number]>([
  [
    'squeeze',
    squeeze(),
    [
      [4, 4, 1],
      [4, 6, 3],
      [2, 2, 12],
    ],
    1,
  ],
  [
    'squeeze by 3',
    squeeze({ factor: 3 }),
    [
      [3, 6, 2],
      [6, 6, 1],
    ],
    1,
  ],
  [
    'unsqueeze',
    unsqueeze(),
    [
      [1, 1, 4],
      [2, 1, 8],
      [2, 2, 12],
    ],
    1,
  ],
  [
    'unsqueeze by 3',
    unsqueeze({ factor: 3 }),
    [
      [1, 2, 9],
      [2, 1, 18],
    ],
    1,
  ],
  [
    'haar',
    haar(),
    [
      [4, 4, 1],
      [4, 6, 3],
      [2, 2, 12],
    ],
    1,
  ],
  [
    'multiScale of two levels',
    levels(2),
    [
      [4, 4, 1],
      [4, 8, 2],
    ],
    4,
  ],
  ['multiScale of vectors', multiScale({ levels: [{ layers: step() }, { layers: step() }] }), [[2], [5]], 4],
])('%s', (_, layer, eventShapes, amplification) => {
  test('passes every check', async () => {
    const { checks } = await checkLayer(layer, {
      eventShapes,
      contextShapes: [null],
      trainingSteps: 20,
      amplification,
      capabilities: { constantLogDet: true },
    });
    expect(checks.filter((check) => !check.passed).map(({ message }) => message)).toEqual([]);
  });
});

test('a block of pixels becomes the channels of one, row by row', () => {
  const image = reshape(range(0, 16), [1, 4, 4, 1]);
  const { bijector } = at([4, 4, 1], squeeze());
  const { value } = bijector.inverse([{}], image, {});
  expect(value.shape).toEqual([1, 2, 2, 4]);
  expect(numbers(value)).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
  expect(numbers(bijector.forward([{}], value, {}).value)).toEqual(numbers(image));
});

test('unsqueeze takes back a squeeze', () => {
  const x = normal([2, 6, 6, 2], 1);
  const model = at([6, 6, 2], squeeze({ factor: 3 }), unsqueeze({ factor: 3 }));
  expect(numbers(model.toBase(model.init(1), x).value)).toEqual(numbers(x));
});

test('haar keeps lengths, and gathers what neighbours share in the first channels', () => {
  const model = at([2, 2, 2], haar());
  const same = model.bijector.forward([{}], reshape(normal([1, 8], 1), [1, 1, 1, 8]), {}).value;
  expect(Math.hypot(...numbers(same))).toBeCloseTo(Math.hypot(...numbers(normal([1, 8], 1))), 5);
  const constant = tensor([1, 2, 1, 2, 1, 2, 1, 2], [1, 2, 2, 2]);
  expect(numbers(model.bijector.inverse([{}], constant, {}).value)).toEqual([2, 4, 0, 0, 0, 0, 0, 0]);
});

describe('multi-scale', () => {
  const model = at([8, 8, 1], levels(3));
  const x = () => normal([4, 8, 8, 1], 2);
  const params = async () => await model.start(model.init(3), x());

  test('names every latent, largest first, and drops nothing', async () => {
    expect(model.latents).toEqual([
      { name: 'level 1', size: 32 },
      { name: 'level 2', size: 16 },
      { name: 'level 3', size: 16 },
    ]);
    const started = await params();
    const back = numbers(model.toData(started, model.toBase(started, x()).value));
    for (const [i, value] of numbers(x()).entries()) expect(back[i]).toBeCloseTo(value, 4);
  });

  test('each level has its own temperature', async () => {
    const started = await params();
    const sample = (temperature: Record<string, number>) => {
      const drawn = model.sample(started, { count: 2, seed: 1, temperature });
      return numbers(model.toBase(started, drawn).value);
    };
    const cold = sample({ 'level 1': 0 });
    for (const row of [0, 1]) {
      const z = cold.slice(64 * row, 64 * (row + 1));
      expect(z.slice(0, 32).every((value) => Math.abs(value) < 1e-4)).toBe(true);
      expect(z.slice(32).some((value) => Math.abs(value) > 0.5)).toBe(true);
    }
  });

  test('starts every level from what reaches it', async () => {
    const { value } = model.toBase(await params(), x());
    for (const { begin, size } of [
      { begin: 0, size: 32 },
      { begin: 32, size: 16 },
      { begin: 48, size: 16 },
    ]) {
      const latent = numbers(value).filter((_, i) => i % 64 >= begin && i % 64 < begin + size);
      const square = latent.reduce((sum, z) => sum + z * z, 0) / latent.length;
      expect(Math.abs(square - 1)).toBeLessThan(0.35);
    }
  });
});

test.each<[string, () => unknown, RegExp]>([
  ['a vector is squeezed', () => at([4], squeeze()), /works on images/],
  ['an odd side is halved', () => at([3, 4, 1], squeeze()), /factor 2 must divide height and width/],
  ['too few channels are spread', () => at([2, 2, 3], unsqueeze()), /factor² = 4 must divide the channels/],
  ['an odd side is transformed', () => at([2, 3, 1], haar()), /must be even/],
  [
    'one channel is split',
    () => at([2, 2, 1], multiScale({ levels: [{ layers: [] }, { layers: [] }] })),
    /cannot be split/,
  ],
  ['there is no level', () => multiScale({ levels: [] }), /levels/],
])('refused: %s', (_, make, message) => {
  expect(make).toThrow(message);
});
