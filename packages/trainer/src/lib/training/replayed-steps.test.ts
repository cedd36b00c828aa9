import {
  type Call,
  chain,
  defineLayer,
  type Flow,
  flow,
  fold,
  leaf,
  leaves,
  normal,
  randomSource,
  uniform,
} from '@diffeo/core';
import { padImages, variationalDequantize } from '@diffeo/datasets';
import { affineCoupling, imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { actnorm, glow, squeeze } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import { mlp } from '@diffeo/networks';
import { add, clone, floor, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { boolean, strictObject } from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';

beforeAll(() => useWasm());

let calls = 0;

/** Changes nothing, and counts how often it is called. One that looks at its input is called at every step. */
const counting = defineLayer({
  type: 'test/counting',
  version: 1,
  schema: strictObject({ looks: boolean() }),
  build: ({ looks }, { eventShape }) => {
    const map = (_: unknown, x: Tensor) => {
      calls++;
      if (looks) x.dataSync();
      return { value: clone(x), logDet: zeros([x.shape[0] as number]) };
    };
    return {
      ...{ eventShape, baseShape: eventShape, contextShape: null },
      ...{ layout: {}, init: () => ({}), forward: map, inverse: map },
    };
  },
});

const vectors = (looks: boolean) =>
  flow({ eventShape: [3], layers: [actnorm(), ...realNVP({ layers: 4, hidden: [32, 32] }), counting({ looks })] });
const conditional = (looks: boolean) =>
  flow({
    eventShape: [3],
    contextShape: [2],
    layers: [affineCoupling({ conditioner: mlp({ hidden: [16] }) }), counting({ looks })],
  });
const images = (looks: boolean) => {
  const layers = glow({ levels: 2, steps: 2, width: 32, coupling: imageCoupling, linear: invertibleConv1x1 });
  return flow({ eventShape: [8, 8, 1], layers: [...layers, counting({ looks })] });
};

/** What learns its noise beside the data, of a part of the pixels. */
const discrete = (looks: boolean) => {
  const coupling = imageCoupling({ mask: 'channels' });
  const noise = variationalDequantize({ bins: 16, layers: [squeeze(), coupling, actnorm()] });
  const layers = glow({ levels: 1, steps: 2, width: 32, coupling: imageCoupling, linear: invertibleConv1x1 });
  return flow({
    eventShape: [6, 6, 1],
    dequantize: padImages({ to: [8, 8], dequantizer: noise }),
    layers: [logit(), ...layers, counting({ looks })],
  });
};

const flows = { vectors, conditional, images, discrete };

test.each([
  ['vectors', 'store'],
  ['vectors', 'recompute'],
  ['conditional', 'store'],
  ['images', 'store'],
  ['images', 'checkpoint'],
  ['images', 'recompute'],
  ['discrete', 'store'],
  ['discrete', 'recompute'],
] as const)('the steps of a flow (%s, %s) are replayed, and the same to the bit', async (name, gradient) => {
  const modelOf = flows[name];
  const run = async (model: Flow) => {
    const drawn = uniform([200, ...model.eventShape], 1);
    const x = model.dequantizes ? floor(mul(drawn, 16)) : drawn;
    const context = model.contextShape && normal([200, ...model.contextShape], 2);
    const losses: number[] = [];
    calls = 0;
    const { params } = await fit(model, context ? { x, context } : x, {
      ...{ steps: 40, batchSize: 20, seed: 3, validation: 0, validateEvery: 40, gradient },
      onProgress: ({ loss }) => losses.push(loss),
    });
    const numbers = leaves(model.layout, params).map(({ tensor }) => [...(tensor as Tensor).dataSync()]);
    return { losses, numbers, calls };
  };
  const looked = await run(modelOf(true));
  const replayed = await run(modelOf(false));
  expect(looked.calls).toBeGreaterThanOrEqual(40);
  // It runs twice, once more to start from data, and to see whether the round trip is exact.
  expect(replayed.calls).toBeLessThan(16);
  expect(replayed.losses).toEqual(looked.losses);
  expect(replayed.numbers).toEqual(looked.numbers);
});

/** Changes nothing, and now and then leaves its parameter out: of ten steps one, drawn from the call's seed. */
const skipping = (skipped: () => void) =>
  defineLayer({
    type: 'test/skipping',
    version: 1,
    schema: strictObject({}),
    build: (_, { eventShape }) => {
      const map = ({ shift }: { readonly shift: Tensor }, x: Tensor, { seed }: Call) => {
        const skips = seed !== undefined && randomSource(fold(seed, 'skip')).uniform() < 0.1;
        if (skips) skipped();
        return { value: skips ? clone(x) : add(x, shift), logDet: zeros([x.shape[0] as number]) };
      };
      return {
        ...{ eventShape, baseShape: eventShape, contextShape: null },
        ...{ layout: { shift: leaf(eventShape) }, init: () => ({ shift: zeros([...eventShape]) }) },
        ...{ forward: map, inverse: map },
      };
    },
  });

test('what a layer draws of its seed is drawn at every step, be it few values', async () => {
  let times = 0;
  const layer = skipping(() => times++)();
  const model = flow({ eventShape: [3], layers: [chain({ layers: [layer] }), affineCoupling()] });
  await fit(model, normal([100, 3], 1), { steps: 300, batchSize: 20, seed: 1, validation: 0 });
  expect(times).toBeGreaterThan(10);
  expect(times).toBeLessThan(70);
});
