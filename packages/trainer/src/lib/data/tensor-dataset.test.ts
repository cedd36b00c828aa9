import { type Flow, flow, type Spec } from '@diffeo/core';
import { padImages, uniformDequantize, variationalDequantize } from '@diffeo/datasets';
import { affineCoupling, imageCoupling } from '@diffeo/layers-coupling';
import { logit } from '@diffeo/layers-elementwise';
import { add, fill, memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import { attributeDirection, interpolate, moveAlong, reconstruct } from '../latents/latent.ts';
import { score } from '../scores/score.ts';

beforeAll(() => useWasm());

const shape = [4, 2, 1, 1] as const;
const eightBits = uniformDequantize({ bins: 256 });
const flowOf = (dequantize: Spec<'dequantizer'>): Flow =>
  flow({
    eventShape: shape.slice(1),
    dequantize,
    layers: [logit(), imageCoupling({ mask: 'checkerboard', width: 4 })],
  });
const bins = (): Tensor => tensor([0, 255, 3, 4, 5, 6, 7, 8], [...shape]);
/** Bins, but for the second number of row 2. */
const withOne = (value: number): Tensor => tensor([0, 255, 3, 4, 5, value, 7, 8], [...shape]);

test.each([
  ['uniform noise', eightBits],
  ['learned noise', variationalDequantize({ bins: 256, layers: [affineCoupling()] })],
  ['a margin', padImages({ to: [2, 2], dequantizer: eightBits })],
])('with %s, what is not a bin is refused by everything that takes data', async (_, dequantize) => {
  const model = flowOf(dequantize);
  const params = await model.start(model.init(1), bins(), { noise: 1 });
  const good = bins();
  const before = memory().numTensors;
  for (const value of [0.5, 1000, 256, -1, 254.99]) {
    const bad = withOne(value);
    const refused = {
      code: 'DATA',
      message: expect.stringMatching(
        new RegExp(`row 2 holds ${value}\\d* at position 1 .* whole numbers from 0 to 255`),
      ),
    };
    for (const run of [
      () => score(model, params, bad),
      () => fit(model, bad, { steps: 1 }),
      () => fit(model, good, { steps: 1, validation: bad }),
      () => reconstruct(model, params, bad),
      () => interpolate(model, params, good, bad),
      () => moveAlong(model, params, bad, new Float32Array(model.baseShape.reduce((a, b) => a * b, 1)), [0]),
      () => attributeDirection(model, params, { having: good, lacking: bad }),
    ]) {
      await expect(run()).rejects.toMatchObject(refused);
    }
    bad.dispose();
  }
  expect(memory().numTensors).toBe(before);
  expect((await score(model, params, good)).every(Number.isFinite)).toBe(true);
});

test('images scaled to [0, 1) are refused, with what to do about it', async () => {
  const model = flowOf(eightBits);
  const scaled = fill([...shape], 0.3);
  await expect(score(model, model.init(1), scaled)).rejects.toThrow(
    /^the data: row 0 holds 0\.3\d* at position 0 .* give it those \(pixels scaled to \[0, 1\] times 255, rounded\)/,
  );
});

test('continuous data may be any', async () => {
  const model = flow({ eventShape: shape.slice(1), layers: [] });
  expect((await score(model, model.init(1), add(bins(), 0.5))).length).toBe(4);
});
