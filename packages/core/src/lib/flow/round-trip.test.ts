import { add, floor, memory, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { number, strictObject } from 'valibot';
import { describe, expect, test } from 'vitest';
import { onEachBackend } from '../../../test/backends.ts';
import { addNoise, planeCoupling, sinhScale } from '../../../test/example-parts.ts';
import { defineDequantizer, defineLayer } from '../contract/define.ts';
import type { Bijector } from '../contract/parts/bijector.ts';
import type { Dequantizer } from '../contract/parts/dequantizer.ts';
import type { Call } from '../contract/parts/part.ts';
import { normal, uniform } from '../params/seed.ts';
import { flow } from './flow.ts';
import { requireRoundTrip, roundTripError } from './round-trip.ts';

const schema = strictObject({ factor: number() });

/** An identity whose way to the data is off by a factor. */
const inexact = defineLayer({
  type: 'test/inexact',
  version: 1,
  schema,
  build: ({ factor }, { eventShape }): Bijector => ({
    ...{ eventShape, baseShape: eventShape, contextShape: null, layout: {}, init: () => ({}) },
    forward: (_params, z: Tensor) => ({ value: mul(z, factor), logDet: zeros([z.shape[0] as number]) }),
    inverse: (_params, x: Tensor) => ({ value: mul(x, 1), logDet: zeros([x.shape[0] as number]) }),
  }),
});

/** Noise that goes through such a layer. */
const inexactNoise = defineDequantizer({
  type: 'test/inexact-noise',
  version: 1,
  schema,
  build: ({ factor }, { eventShape }): Dequantizer => ({
    ...{ eventShape, contextShape: null, layout: {}, init: () => ({}) },
    encode: (_params, raw: Tensor, seed) => ({
      value: add(raw, uniform(raw.shape, seed)),
      logDensity: zeros([raw.shape[0] as number]),
    }),
    decode: (_params, value: Tensor) => floor(value),
    roundTrip: (_params, raw: Tensor, seed: number, _call: Call) => {
      const point = uniform(raw.shape, seed);
      return { point, back: mul(point, factor) };
    },
  }),
});

const layers = [planeCoupling(), sinhScale(), planeCoupling({ swap: 1 })];

onEachBackend('round trips', () => {
  test('of a flow of a few layers are as exact as float32, with contexts and noise too, and leave nothing', async () => {
    for (const model of [
      flow({ eventShape: [2], layers }),
      flow({ eventShape: [2], contextShape: [3], layers }),
      flow({ eventShape: [2], dequantize: addNoise(), layers }),
    ]) {
      const params = model.init(5);
      const [x, context] = [normal([7, 2], 3), normal([7, 3], 4)];
      const options = model.contextShape ? { context } : {};
      const before = memory().numTensors;
      expect(await roundTripError(model, params, x, options)).toBeLessThan(1e-5);
      await requireRoundTrip(model, params, x, options);
      expect(memory().numTensors).toBe(before);
    }
  });

  test.each([
    [1.01, 0.01],
    [1e39, Infinity],
  ])('that come back %d times as large are off by as much, in layers and in the noise', async (factor, expected) => {
    const x = zeros([4, 2]);
    for (const model of [
      flow({ eventShape: [2], dequantize: addNoise(), layers: [...layers, inexact({ factor }), sinhScale()] }),
      flow({ eventShape: [2], dequantize: inexactNoise({ factor }), layers }),
    ]) {
      const error = await roundTripError(model, model.init(1), x, { noise: 3 });
      if (expected === Infinity) expect(error).toBe(Infinity);
      else expect(Math.abs(error / expected - 1)).toBeLessThan(0.9);
      await expect(requireRoundTrip(model, model.init(1), x)).rejects.toMatchObject({
        code: 'INEXACT',
        message: expect.stringMatching(/comes back .* away, which is too far for gradient: 'recompute'.*'checkpoint'/),
      });
    }
  });
});

describe('what a round trip is taken of', () => {
  test('no rows come back', async () => {
    const model = flow({ eventShape: [2], layers });
    expect(await roundTripError(model, model.init(1), zeros([0, 2]))).toBe(0);
  });

  test('rows that do not fit are refused', async () => {
    const model = flow({ eventShape: [2], contextShape: [3], layers });
    await expect(roundTripError(model, model.init(1), zeros([4, 3]))).rejects.toMatchObject({ code: 'SHAPE' });
    await expect(roundTripError(model, model.init(1), zeros([4, 2]))).rejects.toMatchObject({ code: 'CONTEXT' });
  });
});
