import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, type FlowParams, flow, randomSource, type Spec } from '@diffeo/core';
import { registerGradients } from '@diffeo/core/gradients';
import { add, grad, memory, ready, setBackend, sum, type Tensor, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { logit } from './logit.ts';
import { standardise } from './standardise.ts';

const call = {};
const numbers = (result: Tensor): number[] => [...result.dataSync()];
const started = async (layer: Spec<'layer'>, x: Tensor): Promise<{ model: Flow; params: FlowParams }> => {
  const model = flow({ eventShape: x.shape.slice(1), layers: [layer] });
  return { model, params: await model.start(model.init(1), x) };
};
/** `inverse` of a flow of one layer, as plain numbers. */
function inverse({ model, params }: Awaited<ReturnType<typeof started>>, x: Tensor) {
  const { value, logDet } = model.bijector.inverse(params.layers, x, call);
  return { value: numbers(value), logDet: numbers(logDet), tensor: value };
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
    registerGradients();
  });

  test('standardise gives mean 0 and deviation 1 to each number of the event, and undoes it', async () => {
    const source = randomSource(1);
    const scales = [1e-3, 1, 1e4, 5];
    const offsets = [0, -3, 1e5, 0.2];
    const x = tensor(
      Float32Array.from(
        { length: 4000 },
        (_, i) => (offsets[i % 4] as number) + (scales[i % 4] as number) * source.normal(),
      ),
      [1000, 2, 2],
    );
    const layer = await started(standardise(), x);
    const z = inverse(layer, x);
    for (let column = 0; column < 4; column++) {
      const own = z.value.filter((_, i) => i % 4 === column);
      const mean = own.reduce((a, b) => a + b) / 1000;
      expect(mean).toBeCloseTo(0, 3);
      expect(own.reduce((a, b) => a + (b - mean) ** 2, 0) / 1000).toBeCloseTo(1, 3);
    }
    const logScales = scales.reduce((total, scale) => total + Math.log(scale), 0);
    // The deviations of 1,000 samples are within a few per cent of the true ones.
    for (const logDet of z.logDet) expect(Math.abs(logDet + logScales)).toBeLessThan(0.2);
    const back = layer.model.bijector.forward(layer.params.layers, z.tensor, call);
    for (const [i, value] of numbers(back.value).entries()) {
      expect(Math.abs(value - (x.dataSync()[i] as number))).toBeLessThan(2e-6 * Math.max(1, offsets[i % 4] as number));
    }
    expect(numbers(back.logDet)[0]).toBeCloseTo(-(z.logDet[0] as number), 5);
  });

  test('standardise starts right from a million rows far from 0', async () => {
    const source = randomSource(2);
    const values = Float32Array.from({ length: 1e6 }, () => 1000 + source.normal());
    const mean = values.reduce((a, b) => a + b / 1e6, 0);
    const x = tensor(values, [1e6, 1]);
    const { params } = await started(standardise(), x);
    const layer = params.layers[0] as { mean: Tensor; scale: Tensor };
    expect(Math.abs((numbers(layer.mean)[0] as number) - mean)).toBeLessThan(1e-4);
    expect(numbers(layer.scale)[0]).toBeCloseTo(1, 2);
    x.dispose();
  });

  test('standardise leaves what never changes at scale 1, and stays finite', async () => {
    const x = tensor2d([0, 0.1, 1e8, 1, 0, 0.1, 1e8, 2, 0, 0.1, 1e8, 3], [3, 4]);
    const layer = await started(standardise(), x);
    expect(numbers((layer.params.layers[0] as { scale: Tensor }).scale).slice(0, 3)).toEqual([1, 1, 1]);
    const { value, logDet } = inverse(layer, x);
    expect([...value, ...logDet].every(Number.isFinite)).toBe(true);
    const extreme = inverse(
      await started(standardise(), tensor2d([3e38, 1e-30, -3e38, 2e-30], [2, 2])),
      tensor2d([3e38, 1e-30, -3e38, 2e-30], [2, 2]),
    );
    for (const [i, value] of extreme.value.entries()) expect(value).toBeCloseTo([1, -1, -1, 1][i] as number, 5);
    expect(extreme.logDet.every(Number.isFinite)).toBe(true);
    const one = await started(standardise(), tensor2d([5, 7], [1, 2]));
    expect(inverse(one, tensor2d([5, 8], [1, 2])).value).toEqual([0, 1]);
  });

  test('standardise takes an empty batch, but cannot start from one', async () => {
    const empty = tensor2d([], [0, 2]);
    const layer = await started(standardise(), tensor2d([1, 2, 3, 5], [2, 2]));
    const z = layer.model.bijector.inverse(layer.params.layers, empty, call);
    expect([z.value.shape, z.logDet.shape]).toEqual([[0, 2], [0]]);
    await expect(started(standardise(), empty)).rejects.toThrow(/start needs at least one row of data/);
  });

  test('scores stay in the units of the data: a density in millimetres is a thousandth of one in metres', async () => {
    const metres = tensor2d([1.6, 1.7, 1.9, 1.75], [4, 1]);
    const millimetres = tensor2d([1600, 1700, 1900, 1750], [4, 1]);
    const score = async (x: Tensor): Promise<number> => {
      const { model, params } = await started(standardise(), x);
      return numbers(model.logProb(params, x))[0] as number;
    };
    expect((await score(metres)) - (await score(millimetres))).toBeCloseTo(Math.log(1000), 4);
  });

  test.each([0.05, 1e-3, 1e-6])(
    'logit with alpha %f is exact inside, and finite with its gradients anywhere',
    async (alpha) => {
      const inside = [0, 1e-7, 1e-3, 0.25, 0.5, 0.9, 0.999, 1];
      const anywhere = [...inside, -1e-6, 1 + 1e-6, -10, 10, 1e3, -1e3];
      const x = tensor2d(anywhere, [anywhere.length, 1]);
      const layer = await started(logit({ alpha }), x);
      const z = inverse(layer, x);
      for (const [i, point] of inside.entries()) {
        const s = alpha + (1 - 2 * alpha) * point;
        const truth = Math.log(s) - Math.log(alpha + (1 - 2 * alpha) * (1 - point));
        expect(Math.abs((z.value[i] as number) - truth)).toBeLessThan(2e-5 * Math.max(1, Math.abs(truth)));
        const slope = Math.log(1 - 2 * alpha) - Math.log(s) - Math.log(alpha + (1 - 2 * alpha) * (1 - point));
        expect(Math.abs((z.logDet[i] as number) - slope)).toBeLessThan(2e-5 * Math.max(1, Math.abs(slope)));
      }
      const order = anywhere.map((_, i) => i).toSorted((a, b) => (anywhere[a] as number) - (anywhere[b] as number));
      for (const [i, at] of order.entries()) {
        if (i > 0) expect(z.value[at] as number).toBeGreaterThan(z.value[order[i - 1] as number] as number);
      }
      const back = layer.model.bijector.forward(layer.params.layers, z.tensor, call);
      for (const [i, value] of numbers(back.value).entries()) {
        const point = anywhere[i] as number;
        expect(Math.abs(value - point)).toBeLessThan(3e-7 * Math.max(1, Math.abs(point)));
      }
      const logDets = numbers(back.logDet);
      // Near 1, float32 keeps x to 6e-8, and so log (1 − s) to 6e-8 / α at worst.
      for (const [i, value] of logDets.entries()) {
        expect(Math.abs(value + (z.logDet[i] as number))).toBeLessThan(Math.max(1e-4, 1.5e-7 / alpha));
      }
      const outputs = (map: 'forward' | 'inverse') => (point: Tensor) =>
        add(
          ...(Object.values(layer.model.bijector[map](layer.params.layers, point, call)).map((t) => sum(t)) as [
            Tensor,
            Tensor,
          ]),
        );
      const latents = tensor2d([0, 1e-6, -3, 3, 10, -10, 1e3, -1e3], [8, 1]);
      for (const gradient of [grad(outputs('inverse'))(x), grad(outputs('forward'))(latents)]) {
        expect(numbers(gradient).every(Number.isFinite)).toBe(true);
      }
    },
  );

  test('logit’s logDet is the logarithm of its slope, in both directions, also past the ends', async () => {
    const points = [-0.3, -0.01, 0.02, 0.4, 0.97, 1.02, 1.5];
    const x = tensor2d(points, [points.length, 1]);
    const layer = await started(logit(), x);
    const z = inverse(layer, x);
    const slopes = (map: 'forward' | 'inverse', at: Tensor): number[] =>
      numbers(grad((t: Tensor) => layer.model.bijector[map](layer.params.layers, t, call).value)(at)).map(Math.log);
    for (const [i, slope] of slopes('inverse', x).entries()) expect(z.logDet[i]).toBeCloseTo(slope, 4);
    const logDets = numbers(layer.model.bijector.forward(layer.params.layers, z.tensor, call).logDet);
    for (const [i, slope] of slopes('forward', z.tensor).entries()) expect(logDets[i]).toBeCloseTo(slope, 4);
  });

  test('logit gives what lies outside [0, 1] a lower and lower density', async () => {
    const x = tensor2d([1, 1.1, 1.5, 3, 255], [5, 1]);
    const { model, params } = await started(logit(), x);
    const logProb = numbers(model.logProb(params, x));
    expect(logProb).toEqual(logProb.toSorted((a, b) => b - a));
    expect(logProb[4]).toBeLessThan(-1e6);
  });

  test('nothing is leaked or kept', async () => {
    const x = tensor2d([0.1, 0.9, 0.4, 0.2], [2, 2]);
    const model = flow({ eventShape: [2], layers: [logit(), standardise()] });
    const params = await model.start(model.init(1), x);
    const before = memory().numTensors;
    for (let i = 0; i < 20; i++) {
      model.logProb(params, x).dispose();
      model.sample(params, { count: 3, seed: i }).dispose();
    }
    expect(memory().numTensors).toBe(before);
    const values = numbers(x);
    tidy(() => model.logProb(params, x));
    expect(numbers(x)).toEqual(values);
  });
});

test('configurations are checked', () => {
  expect(() => logit({ alpha: 0 })).toThrow(/alpha: expected a number from 1e-6 to below 0.5/);
  expect(() => logit({ alpha: 0.5 })).toThrow(/alpha/);
  expect(logit().config).toEqual({ alpha: 0.05 });
});
