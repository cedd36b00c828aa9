import { disposeParams, flow, leaves, mixture, normal, uniform } from '@diffeo/core';
import { differentiate } from '@diffeo/core/engine';
import { registerGradients } from '@diffeo/core/gradients';
import { uniformDequantize } from '@diffeo/datasets';
import { maf } from '@diffeo/layers-autoregressive';
import { affineCoupling, imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import { randomiseParams } from '@diffeo/testing';
import { backend, floor, memory, mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { score } from '../scores/score.ts';
import { prepared } from './prepared.ts';
import { sample } from './sample.ts';

beforeAll(async () => {
  registerGradients();
  await useWasm();
});

const flows = {
  vectors: flow({ eventShape: [3], layers: realNVP({ layers: 3, hidden: [16] }) }),
  conditional: flow({ eventShape: [3], contextShape: [2], layers: [affineCoupling(), affineCoupling({ swap: true })] }),
  images: flow({
    eventShape: [8, 8, 1],
    layers: glow({ levels: 2, steps: 2, width: 32, coupling: imageCoupling, linear: invertibleConv1x1 }),
  }),
  discrete: flow({
    eventShape: [3],
    dequantize: uniformDequantize({ bins: 16 }),
    layers: [logit(), ...realNVP({ layers: 3, hidden: [16] })],
  }),
};

test.each(Object.entries(flows))(
  '%s: the same to the bit as the flow itself, of several sizes',
  async (name, model) => {
    const drawn = model.init(1);
    const params = await model.start(drawn, floor(mul(uniform([64, ...model.eventShape], 2), 16)), {
      noise: 1,
      ...context(64),
    });
    function context(rows: number): { context?: Tensor } {
      return name === 'conditional' ? { context: normal([rows, 2], 3) } : {};
    }
    const before = memory().numTensors;
    const ready = prepared(model, params);
    for (let i = 0; i < 6; i++) {
      const [z, given] = [normal([5, ...model.baseShape], i), context(5)];
      const [own, expected] = [ready.toData(z, given), model.toData(params, z, given)];
      expect([...own.dataSync()]).toEqual([...expected.dataSync()]);
      for (const tensor of [own, expected, z]) tensor.dispose();
      given.context?.dispose();
    }
    for (let i = 0; i < 12; i++) {
      const count = [5, 6, 5, 5][i % 4] as number;
      const given = context(i === 7 ? 1 : count);
      const options = { count, seed: i, temperature: i % 2 ? 0.7 : 1, ...given };
      const [own, expected] = [ready.sample(options), model.sample(params, options)];
      expect([...own.dataSync()]).toEqual([...expected.dataSync()]);
      const call = { ...given, ...(model.dequantizes && { noise: i }) };
      const [ownLogProb, logProb] = [ready.logProb(expected, call), model.logProb(params, expected, call)];
      expect([...ownLogProb.dataSync()]).toEqual([...logProb.dataSync()]);
      for (const tensor of [own, expected, ownLogProb, logProb]) tensor.dispose();
      given.context?.dispose();
    }
    ready.dispose();
    expect(memory().numTensors).toBe(before);
  },
);

test.each([
  ['few events, whose rounds are replayed', 5, true],
  ['many events, whose rounds end early', 500, false],
])('an autoregressive flow has the same samples to the bit, of %s', (_, count, replays) => {
  const model = flow({ eventShape: [6], layers: maf({ layers: 2, hidden: [16] }) });
  const params = randomiseParams(model.layout, model.init(1), 2, 0.5);
  const ready = prepared(model, params);
  const before = memory().numTensors;
  for (let seed = 0; seed < 5; seed++) {
    const z = normal([count, 6], seed);
    const read = vi.spyOn(backend(), 'readSync');
    const own = ready.toData(z);
    if (seed === 4) expect(read.mock.calls.length > 0).toBe(!replays);
    read.mockRestore();
    const expected = model.toData(params, z);
    expect([...own.dataSync()]).toEqual([...expected.dataSync()]);
    for (const tensor of [own, expected, z]) tensor.dispose();
  }
  ready.dispose();
  expect(memory().numTensors).toBe(before);
});

test('points that are none are refused as by the flow, and so is a mixture', () => {
  const { conditional: model } = flows;
  const ready = prepared(model, model.init(1));
  for (let i = 0; i < 4; i++) {
    expect(() => ready.toData(normal([2, 4], 1), { context: normal([2, 2], 1) })).toThrow(
      expect.objectContaining({ code: 'SHAPE' }),
    );
    expect(() => ready.toData(normal([2, 3], 1))).toThrow(expect.objectContaining({ code: 'CONTEXT' }));
  }
  ready.dispose();
  const { vectors } = flows;
  const several = mixture([vectors, vectors]);
  const both = prepared(several, several.init(1));
  expect(() => both.toData(normal([2, 3], 1))).toThrow(expect.objectContaining({ code: 'CONFIG' }));
});

test('a flow that does not dequantize looks at no noise', () => {
  const { vectors: model } = flows;
  const params = model.init(1);
  const ready = prepared(model, params);
  const x = normal([4, 3], 1);
  for (const noise of [5, 2 ** 40]) {
    expect([...ready.logProb(x, { noise }).dataSync()]).toEqual([...model.logProb(params, x, { noise }).dataSync()]);
  }
  ready.dispose();
});

test('results are new each time, and gradients go through them', () => {
  const { vectors: model } = flows;
  const params = model.init(1);
  const ready = prepared(model, params);
  const draws = Array.from({ length: 5 }, (_, seed) => ready.sample({ count: 2, seed }));
  expect(new Set(draws.map((tensor) => `${tensor.dataSync()}`)).size).toBe(5);
  const x = normal([4, 3], 1);
  for (let i = 0; i < 4; i++) ready.logProb(x).dispose();
  const slope = (logProb: () => Tensor) => [
    ...(differentiate(() => sum(logProb()), [x]).grads[0] as Tensor).dataSync(),
  ];
  expect(slope(() => ready.logProb(x))).toEqual(slope(() => model.logProb(params, x)));
  ready.dispose();
});

test('what the flow refuses is refused, and what is disposed goes on as the flow itself', () => {
  const { discrete: model } = flows;
  const params = model.init(1);
  const ready = prepared(model, params);
  const raw = floor(mul(uniform([4, 3], 2), 16));
  for (const noise of [0.5, Number.NaN, 2 ** 60, undefined as unknown as number, null as unknown as number]) {
    expect(() => ready.logProb(raw, { noise })).toThrow(expect.objectContaining({ code: 'SEED' }));
  }
  expect(() => ready.logProb(uniform([4, 2], 2), { noise: 1 })).toThrow(expect.objectContaining({ code: 'SHAPE' }));
  expect(() => ready.sample({ count: -1, seed: 1 })).toThrow(expect.objectContaining({ code: 'SHAPE' }));
  const before = memory().numTensors;
  ready.dispose();
  for (let i = 0; i < 4; i++) {
    const own = ready.logProb(raw, { noise: i });
    const expected = model.logProb(params, raw, { noise: i });
    expect([...own.dataSync()]).toEqual([...expected.dataSync()]);
    for (const tensor of [own, expected]) tensor.dispose();
  }
  expect(memory().numTensors).toBe(before);
});

test('many shapes are not all remembered', () => {
  const { vectors: model } = flows;
  const params = model.init(1);
  const ready = prepared(model, params);
  const before = memory().numTensors;
  for (let count = 1; count < 40; count++) {
    for (let i = 0; i < 3; i++) ready.sample({ count, seed: 1 }).dispose();
  }
  // Each recording holds its input, its result, and what it takes of the parameters.
  expect(memory().numTensors - before).toBeLessThanOrEqual(8 * (2 + leaves(model.layout, params).length));
  ready.dispose();
  expect(memory().numTensors).toBe(before);
  disposeParams(model.layout, params);
});

test('many batches are scored and drawn as each alone', async () => {
  const { conditional: model } = flows;
  const params = model.init(1);
  const [x, context] = [normal([1003, 3], 1), normal([1003, 2], 2)];
  const whole = await score(model, params, { x, context }, { batchSize: 1003 });
  const parts = await score(model, params, { x, context }, { batchSize: 50 });
  for (const [i, value] of parts.entries()) expect(value).toBeCloseTo(whole[i] as number, 4);
  const before = memory().numTensors;
  const drawn = await sample(model, params, { count: 1003, seed: 4, batchSize: 50, context });
  expect(drawn).toHaveLength(3009);
  expect(new Set(drawn).size).toBeGreaterThan(3000);
  expect(memory().numTensors).toBe(before);
});
