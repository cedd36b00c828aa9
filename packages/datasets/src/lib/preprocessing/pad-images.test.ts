import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Flow, flow, isDiffeoError, load, type Spec, save } from '@diffeo/core';
import { couplingDefinitions, imageCoupling } from '@diffeo/layers-coupling';
import { elementwiseDefinitions, logit } from '@diffeo/layers-elementwise';
import { actnorm, glowDefinitions, squeeze } from '@diffeo/layers-glow';
import { floor, mul, range, ready, reshape, setBackend, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { dequantizerDefinitions } from './dequantizer-definitions.ts';
import { padImages } from './pad-images.ts';
import { uniformDequantize } from './uniform-dequantize.ts';
import { variationalDequantize } from './variational-dequantize.ts';

const numbers = (result: Tensor): number[] => [...result.dataSync()];
const uniformly = uniformDequantize({ bins: 16 });
const learned = variationalDequantize({ bins: 16, layers: [squeeze(), actnorm(), imageCoupling({ width: 4 })] });
const padded = (to: [number, number], dequantizer: Spec<'dequantizer'>, fill: 'zeros' | 'edge' = 'zeros'): Flow =>
  flow({ eventShape: [2, 3, 1], dequantize: padImages({ to, fill, dequantizer }), layers: [] });
const picture = () => reshape(range(1, 7), [1, 2, 3, 1]);

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
  });

  test.each([
    ['zeros', [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0]],
    ['edge', [1, 1, 2, 3, 3, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 4, 4, 5, 6, 6]],
  ] as const)('a margin of %s stands round the image, alike on both sides', (fill, expected) => {
    const model = padded([4, 5], uniformly, fill);
    const { value } = model.toBase(model.init(1), picture(), { noise: 1 });
    expect(value.shape).toEqual([1, 4, 5, 1]);
    expect(numbers(floor(mul(value, 16)))).toEqual([...expected]);
  });

  test('where one pixel is left over it stands after the image', () => {
    const model = padded([3, 4], uniformly);
    const { value } = model.toBase(model.init(1), picture(), { noise: 1 });
    expect(numbers(floor(mul(value, 16)))).toEqual([1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0]);
  });

  test.each([
    ['uniform', uniformly],
    ['learned', learned],
  ] as const)('with %s noise the image comes back exactly, its channels apart, saved and loaded', async (_, inner) => {
    const raw = reshape(tensor(Float32Array.from({ length: 180 }, (_, i) => (i * 7) % 16)), [10, 3, 3, 2]);
    const model = flow({
      eventShape: [3, 3, 2],
      dequantize: padImages({ to: [4, 6], fill: 'edge', dequantizer: inner }),
      layers: [logit(), squeeze()],
    });
    const params = await model.start(model.init(1), raw, { noise: 1 });
    const { value, logDet } = model.toBase(params, raw, { noise: 2 });
    expect(numbers(model.toData(params, value))).toEqual(numbers(raw));
    expect(model.toBase(params, zeros([0, 3, 3, 2]), { noise: 1 }).value.shape).toEqual([0, ...model.baseShape]);
    const loaded = load(await save(model, params), {
      definitions: [...dequantizerDefinitions, ...elementwiseDefinitions, ...couplingDefinitions, ...glowDefinitions],
    });
    expect(numbers(loaded.model.toBase(loaded.params, raw, { noise: 2 }).logDet)).toEqual(numbers(logDet));
    expect(loaded.model.sample(loaded.params, { count: 2, seed: 1 }).shape).toEqual([2, 3, 3, 2]);
  });

  test('no padding is the dequantizer alone', () => {
    const model = padded([2, 3], uniformly);
    const plain = flow({ eventShape: [2, 3, 1], dequantize: uniformly, layers: [] });
    const encoded = (of: Flow) => of.toBase(of.init(1), picture(), { noise: 4 });
    expect(numbers(encoded(model).value)).toEqual(numbers(encoded(plain).value));
    expect(numbers(encoded(model).logDet)).toEqual(numbers(encoded(plain).logDet));
  });
});

test('what cannot be padded is named', () => {
  const refused = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return isDiffeoError(error) ? `${error.code} ${error.message}` : String(error);
    }
    return 'it was built';
  };
  expect(refused(() => padded([1, 3], uniformly))).toMatch(/^SHAPE .*a side of 2 to 1/);
  const vectors = () =>
    flow({ eventShape: [6], dequantize: padImages({ to: [4, 4], dequantizer: uniformly }), layers: [] });
  expect(refused(vectors)).toMatch(/^SHAPE .*\[height, width, channels\]/);
  expect(refused(() => padImages({ to: [0, 4], dequantizer: uniformly }))).toMatch(/^CONFIG .*to/);
  expect(refused(() => padImages({ to: [4, 4], dequantizer: logit() as never }))).toMatch(/^CONFIG .*dequantizer/);
});
