import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { flow, load, save } from '@diffeo/core';
import { registerGradients } from '@diffeo/core/gradients';
import { elementwiseDefinitions, logit, standardise } from '@diffeo/layers-elementwise';
import { ready, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { datasetFrom, takeRows, toTensor } from '../data/dataset.ts';
import { readDigits } from '../read-digits.ts';
import { binsOf } from './bins.ts';
import { dequantizerDefinitions } from './dequantizer-definitions.ts';
import { uniformDequantize } from './uniform-dequantize.ts';

const call = {};
const numbers = (result: Tensor): number[] => [...result.dataSync()];

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
    registerGradients();
  });

  test.each([2, 17, 256, 65536])('dequantized, %i bins come back exactly', (bins) => {
    const model = flow({ eventShape: [50], dequantize: uniformDequantize({ bins }), layers: [] });
    const raw = datasetFrom(
      Array.from({ length: 50_000 }, (_, i) => (i < 25_000 ? bins - 1 : i % bins)),
      { eventShape: [50] },
    );
    const dequantizer = uniformDequantize.build(
      { bins },
      {
        name: 'dequantize',
        eventShape: [50],
        contextShape: null,
        fail: (message) => expect.fail(message),
        build: () => expect.fail('nothing to build'),
      },
    );
    const { value, logDensity } = dequantizer.encode({}, toTensor(raw), 3, call);
    const spread = value.dataSync();
    for (const number of spread) if (!(number >= 0 && number < 1)) expect.fail(`${number} is outside [0, 1)`);
    expect(numbers(dequantizer.decode({}, value))).toEqual([...raw.values]);
    expect(logDensity.shape).toEqual([1000]);
    expect(numbers(logDensity)[0]).toBeCloseTo(50 * binsOf(bins).logWidth, 2);
    expect(model.dequantizes).toBe(true);
  });

  test('the noise is uniform on each level, and the same for the same seed', async () => {
    const model = flow({ eventShape: [1], dequantize: uniformDequantize({ bins: 4 }), layers: [standardise()] });
    const raw = toTensor(
      datasetFrom(
        Array.from({ length: 20_000 }, (_, i) => i % 4),
        { eventShape: [1] },
      ),
    );
    const { mean, scale } = (await model.start(model.init(1), raw, { noise: 5 })).layers[0] as {
      mean: Tensor;
      scale: Tensor;
    };
    // A uniform number on [0, 1) has mean 1/2 and variance 1/12.
    expect(numbers(mean)[0]).toBeCloseTo(0.5, 2);
    expect((numbers(scale)[0] as number) ** 2).toBeCloseTo(1 / 12, 2);
    const params = await model.start(model.init(1), raw, { noise: 5 });
    const score = (noise: number): number[] => numbers(model.logProb(params, raw, { noise }));
    expect(score(1)).toEqual(score(1));
    expect(score(1)).not.toEqual(score(2));
  });

  test('digits through dequantization, logit and standardisation: saved, loaded, the same scores, samples of 17 bins', async () => {
    const { images } = await readDigits();
    const x = toTensor(
      takeRows(
        images,
        Array.from({ length: 200 }, (_, i) => i),
      ),
    );
    const model = flow({
      eventShape: [64],
      dequantize: uniformDequantize({ bins: 17 }),
      layers: [logit(), standardise()],
    });
    const params = await model.start(model.init(1), x, { noise: 1 });
    const scores = numbers(model.logProb(params, x, { noise: 2 }));
    expect(scores.every(Number.isFinite)).toBe(true);
    const loaded = load(await save(model, params), {
      definitions: [...dequantizerDefinitions, ...elementwiseDefinitions],
    });
    expect(numbers(loaded.model.logProb(loaded.params, x, { noise: 2 }))).toEqual(scores);
    const samples = numbers(loaded.model.sample(loaded.params, { count: 20, seed: 1 }));
    expect(samples.every((value) => Number.isInteger(value) && value >= 0 && value <= 16)).toBe(true);
  });
});

test('configurations are checked', () => {
  expect(() => uniformDequantize({ bins: 1 })).toThrow(/bins/);
  expect(() => uniformDequantize({ bins: 2.5 })).toThrow(/bins/);
});
