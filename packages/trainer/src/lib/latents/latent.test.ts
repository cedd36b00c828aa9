import { defineLayer, flow, isDiffeoError, leaves, mapParams, normal, uniform } from '@diffeo/core';
import { uniformDequantize } from '@diffeo/datasets';
import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1, pluLinear } from '@diffeo/layers-linear';
import { randomiseParams } from '@diffeo/testing';
import { add, cast, floor, memory, mul, sub, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { attributeDirection, interpolate, moveAlong, reconstruct } from './latent.ts';

beforeAll(() => useWasm());

const images = flow({
  eventShape: [4, 4, 1],
  dequantize: uniformDequantize({ bins: 256 }),
  layers: [logit(), ...glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps: 2, width: 8 })],
});
const raw = (rows: number, seed: number): Tensor => floor(mul(uniform([rows, 4, 4, 1], seed), 256));
const imageParams = async () =>
  randomiseParams(images.layout, await images.start(images.init(1), raw(64, 9), { noise: 1 }), 2, 0.1);
/** Adds the context to latents. */
const addContext = defineLayer({
  type: 'test/add-context',
  version: 1,
  schema: strictObject({}),
  build: (_, { eventShape, contextShape }) => ({
    ...{ eventShape, baseShape: eventShape, contextShape, layout: {}, init: () => ({}) },
    forward: (_params, z: Tensor, { context }) => ({
      value: add(z, cast(context as Tensor, 'float32')),
      logDet: zeros([z.shape[0] as number]),
    }),
    inverse: (_params, x: Tensor, { context }) => ({
      value: sub(x, cast(context as Tensor, 'float32')),
      logDet: zeros([x.shape[0] as number]),
    }),
  }),
});
const identity = flow({ eventShape: [3], layers: [] });
const rowOf = (values: Float32Array, width: number, row: number) => [
  ...values.subarray(row * width, (row + 1) * width),
];

test('a way begins and ends at what was given, exactly, for images of 8 bits at several scales', async () => {
  const params = await imageParams();
  const [from, to] = [raw(3, 1), raw(3, 2)];
  for (const path of ['spherical', 'linear'] as const) {
    const ways = await interpolate(images, params, from, to, { steps: 5, path, batchSize: 4 });
    expect(ways.length).toBe(3 * 5 * 16);
    for (const row of [0, 1, 2]) {
      expect(rowOf(ways, 16, 5 * row)).toEqual(rowOf(from.dataSync() as Float32Array, 16, row));
      expect(rowOf(ways, 16, 5 * row + 4)).toEqual(rowOf(to.dataSync() as Float32Array, 16, row));
    }
  }
});

test('a spherical way keeps the distance from the centre, a straight one is straight', async () => {
  const params = identity.init(1);
  const [from, to] = [tensor2d([[2, 0, 0]]), tensor2d([[0, 2, 0]])];
  const round = await interpolate(identity, params, from, to, { steps: 7 });
  for (let i = 0; i < 7; i++) {
    expect(Math.hypot(...rowOf(round, 3, i))).toBeCloseTo(2, 5);
    expect(Math.atan2(round[3 * i + 1] as number, round[3 * i] as number)).toBeCloseTo((i * Math.PI) / 12, 5);
  }
  const straight = await interpolate(identity, params, from, to, { steps: 3, path: 'linear' });
  expect(rowOf(straight, 3, 1)).toEqual([1, 1, 0]);
  // Without a plane to turn in a spherical way is straight too.
  const opposite = await interpolate(identity, params, from, mul(from, -1), { steps: 3 });
  expect(rowOf(opposite, 3, 1)).toEqual([0, 0, 0]);
  const origin = await interpolate(identity, params, zeros([1, 3]), to, { steps: 3 });
  expect(rowOf(origin, 3, 1)).toEqual([0, 1, 0]);
});

test('the direction of an attribute is the difference of means, and moving by 1 adds it', async () => {
  const params = identity.init(1);
  const having = tensor2d([
    [1, 2, 3],
    [3, 2, 1],
  ]);
  const direction = await attributeDirection(identity, params, { having, lacking: tensor2d([[0, 1, 5]]) });
  expect([...direction]).toEqual([2, 1, -3]);
  const moved = await moveAlong(identity, params, having, direction, [0, 1, -0.5], { batchSize: 2 });
  expect([...moved]).toEqual([1, 2, 3, 3, 3, 0, 0, 1.5, 4.5, 3, 2, 1, 5, 3, -2, 2, 1.5, 2.5]);
});

test('a conditional flow moves every row under its own context', async () => {
  const model = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [4] }) });
  const params = randomiseParams(model.layout, model.init(1), 3, 0.5);
  const data = { x: normal([5, 2], 1), context: normal([5, 1], 2) };
  const still = await moveAlong(model, params, data, new Float32Array([1, 1]), [0, 0], { batchSize: 3 });
  const x = data.x.dataSync();
  for (let i = 0; i < 5; i++) {
    for (const copy of [0, 1]) {
      for (const k of [0, 1]) expect(still[2 * (2 * i + copy) + k]).toBeCloseTo(x[2 * i + k] as number, 4);
    }
  }
  const { largestError } = await reconstruct(model, params, data);
  expect(largestError).toBeLessThan(1e-4);
});

test('a way between rows of a conditional flow leads from one context to the other', async () => {
  const model = flow({ eventShape: [2], contextShape: [1], layers: realNVP({ layers: 2, hidden: [4] }) });
  const params = randomiseParams(model.layout, model.init(1), 3, 0.5);
  const x = { from: normal([2, 2], 1), to: normal([2, 2], 4) };
  const from = { x: x.from, context: tensor2d([[0], [2]]) };
  const to = { x: x.to, context: tensor2d([[1], [2]]) };
  const options = { steps: 5, path: 'linear' } as const;
  const before = memory().numTensors;
  const ways = await interpolate(model, params, from, to, options);
  expect(memory().numTensors).toBe(before);
  const latents = (data: typeof from) => model.toBase(params, data.x, { context: data.context }).value;
  const [starts, ends] = [latents(from), latents(to)];
  for (const step of [0, 1, 2, 3, 4]) {
    const context = tensor2d([[step / 4], [2]]);
    const z = add(mul(starts, 1 - step / 4), mul(ends, step / 4));
    const expected = model.toData(params, z, { context }).dataSync();
    for (const row of [0, 1]) {
      for (const k of [0, 1]) expect(ways[2 * (5 * row + step) + k]).toBeCloseTo(expected[2 * row + k] as number, 4);
    }
  }
  for (const data of [x, { from, to: x.to }, { from: x.from, to }]) {
    await expect(interpolate(model, params, data.from, data.to)).rejects.toMatchObject({ code: 'CONTEXT' });
  }
});

test('a context of whole numbers changes half-way', async () => {
  const echo = flow({ eventShape: [1], contextShape: [1], layers: [addContext()] });
  const from = { x: zeros([1, 1]), context: tensor2d([[3]], [1, 1], 'int32') };
  const to = { x: zeros([1, 1]), context: tensor2d([[9]], [1, 1], 'int32') };
  const moved = async (steps: number) => [
    ...(await interpolate(echo, echo.init(1), from, to, { steps, path: 'linear' })),
  ];
  // In the latents, −3 and −9: what the context adds to what lies between.
  expect(await moved(4)).toEqual([0, -2, 2, 0]);
  expect(await moved(3)).toEqual([0, 3, 0]);
});

test('images of 8 bits come back exactly, and nothing is left behind', async () => {
  const params = await imageParams();
  const x = raw(20, 3);
  const before = memory().numTensors;
  const { exact, largestError, values } = await reconstruct(images, params, x, { batchSize: 7 });
  expect({ exact, largestError }).toEqual({ exact: 1, largestError: 0 });
  expect(values).toEqual(x.dataSync());
  expect(memory().numTensors).toBe(before);
});

test('the direction of a linear flow finds the shift that the data were given', async () => {
  const model = flow({ eventShape: [3], layers: [pluLinear({ init: 'rotation' })] });
  const params = model.init(4);
  const x = normal([50, 3], 1);
  const shift = [1, -2, 0.5];
  const having = add(x, tensor1d(shift));
  const direction = await attributeDirection(model, params, { having, lacking: x }, { batchSize: 16 });
  const moved = await moveAlong(model, params, x, direction, [1]);
  const expected = having.dataSync();
  for (const [i, value] of moved.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);
});

test('the noise of dequantization comes from its seed, another in every batch', async () => {
  const model = flow({ eventShape: [1], dequantize: uniformDequantize({ bins: 256 }), layers: [] });
  const params = model.init(1);
  const data = { having: zeros([4, 1]), lacking: zeros([4, 1]) };
  const same = await attributeDirection(model, params, data, { noise: 3 });
  expect([...same]).toEqual([0]);
  const rows = { having: zeros([1, 1]), lacking: zeros([2, 1]) };
  const [direction] = await attributeDirection(model, params, rows, { batchSize: 1, noise: 3 });
  expect(direction).not.toBe(0);
});

test('latents too far out for the flow are refused, and what was made on the way is gone', async () => {
  const model = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [4] }) });
  const params = randomiseParams(model.layout, model.init(1), 3, 0.5);
  const x = normal([2, 2], 1);
  const before = memory().numTensors;
  const far = moveAlong(model, params, x, new Float32Array([3e38, 3e38]), [1]);
  await expect(far).rejects.toMatchObject({
    code: 'NOT_FINITE',
    message: expect.stringMatching(/latent 0 .* far out/),
  });
  const lost = reconstruct(
    model,
    mapParams(model.layout, params, (leaf) => leaf && mul(leaf, Number.NaN)),
    x,
  );
  await expect(lost).rejects.toMatchObject({
    code: 'NOT_FINITE',
    message: expect.stringMatching(/rows 0 to 1: layers\.0/),
  });
  expect(memory().numTensors).toBe(before + leaves(model.layout, params).length);
});

test('what does not fit is refused', async () => {
  const params = identity.init(1);
  const x = normal([2, 3], 1);
  const code = (run: Promise<unknown>) =>
    run.then(
      () => 'none',
      (error) => (isDiffeoError(error) ? error.code : String(error)),
    );
  expect(await code(interpolate(identity, params, x, normal([3, 3], 1)))).toBe('SHAPE');
  expect(await code(interpolate(identity, params, x, x, { steps: 1 }))).toBe('CONFIG');
  expect(await code(interpolate(identity, params, normal([2, 2], 1), normal([2, 2], 1)))).toBe('SHAPE');
  expect(await code(reconstruct(identity, params, zeros([0, 3])))).toBe('DATA');
  for (const batchSize of [0, 1.5, Number.NaN]) {
    expect(await code(reconstruct(identity, params, x, { batchSize }))).toBe('CONFIG');
  }
  expect(await code(moveAlong(identity, params, x, new Float32Array(3), []))).toBe('DATA');
  expect(await code(reconstruct(identity, params, mul(x, Number.NaN)))).toBe('NOT_FINITE');
  expect(await code(moveAlong(identity, params, x, new Float32Array(2), [1]))).toBe('SHAPE');
  expect(await code(moveAlong(identity, params, x, new Float32Array(3), [Number.NaN]))).toBe('NOT_FINITE');
  expect(await code(attributeDirection(identity, params, { having: x, lacking: zeros([0, 3]) }))).toBe('DATA');
});
