import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  chain,
  copyParams,
  disposeParams,
  type Flow,
  type FlowParams,
  flow,
  isDiffeoError,
  leaves,
  load,
  type Shape,
  type Spec,
  save,
  uniform,
} from '@diffeo/core';
import { gradients, registerGradients } from '@diffeo/core/gradients';
import { affineCoupling, couplingDefinitions, imageCoupling } from '@diffeo/layers-coupling';
import { elementwiseDefinitions, logit } from '@diffeo/layers-elementwise';
import { actnorm, glowDefinitions, multiScale, squeeze } from '@diffeo/layers-glow';
import { convolutional, mlp } from '@diffeo/networks';
import { jacobian, logAbsDeterminant, randomiseParams } from '@diffeo/testing';
import {
  clipByValue,
  log,
  memory,
  mul,
  ready,
  reshape,
  setBackend,
  sigmoid,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { binsOf, leastMargin } from './bins.ts';
import { dequantizerDefinitions } from './dequantizer-definitions.ts';
import { uniformDequantize } from './uniform-dequantize.ts';
import { variationalDequantize } from './variational-dequantize.ts';

const numbers = (result: Tensor): number[] => [...result.dataSync()];
const definitions = [...dequantizerDefinitions, ...elementwiseDefinitions, ...couplingDefinitions, ...glowDefinitions];

/** A flow that does nothing but dequantize: `toBase` is its encoding. */
const alone = (eventShape: Shape, bins: number, layers: readonly Spec<'layer'>[]): Flow =>
  flow({ eventShape, dequantize: variationalDequantize({ bins, layers: [...layers] }), layers: [] });

/** Parameters away from their start, where couplings do nothing. */
const moved = async (model: Flow, raw: Tensor, seed = 1): Promise<FlowParams> =>
  randomiseParams(model.layout, await model.start(model.init(seed), raw, { noise: seed }), seed, 0.3);

const vectorLayers = () => [
  actnorm(),
  affineCoupling({ conditioner: mlp({ hidden: [8] }) }),
  affineCoupling({ swap: true, conditioner: mlp({ hidden: [8] }) }),
];
const imageLayers = () => [
  imageCoupling({ mask: 'checkerboard', width: 4 }),
  squeeze(),
  actnorm(),
  imageCoupling({ width: 4 }),
  imageCoupling({ width: 4, swap: true }),
];
const scales = () => [
  multiScale({
    levels: [
      { layers: [squeeze(), imageCoupling({ width: 4 })] },
      { layers: [affineCoupling({ conditioner: convolutional({ width: 4 }), mask: 'channels' })] },
    ],
  }),
];

const rawRows = (shape: Shape, rows: number, bins: number, seed = 1): Tensor =>
  tidy(() => {
    const spread = uniform([rows, ...shape], seed);
    return tensor(
      spread.dataSync().map((u) => Math.floor(u * bins)),
      [rows, ...shape],
    );
  });

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await setBackend(backend);
    await ready();
    registerGradients();
  });

  const cases: [string, Shape, () => readonly Spec<'layer'>[]][] = [
    ['a vector', [3], vectorLayers],
    ['an image whose noise is squeezed on the way', [4, 4, 1], imageLayers],
    ['an image whose noise has several scales', [4, 4, 2], scales],
  ];

  test.each(cases)('%s comes back exactly, whatever the noise has learned', async (_, shape, layers) => {
    for (const bins of [2, 17, 256, 65536]) {
      const raw = rawRows(shape, 20, bins);
      const model = alone(shape, bins, layers());
      const params = await moved(model, raw);
      for (const noise of [1, 2, 3]) {
        const { value } = model.toBase(params, raw, { noise });
        for (const number of numbers(value)) if (!(number > 0 && number < 1)) expect.fail(`${number} is outside`);
        expect(numbers(model.toData(params, value))).toEqual(numbers(raw));
      }
    }
  });

  test.each([20, -20])('noise that has been driven to a border, all parameters at %i, stays within its bin', (far) => {
    const layers = [affineCoupling({ bound: 20, conditioner: mlp({ hidden: [4] }) })];
    for (const bins of [2, 17, 256, 65536]) {
      const raw = rawRows([1], 50, bins);
      const model = alone([1], bins, layers);
      const params = tidy(() => {
        const initial = model.init(1);
        for (const { tensor: leaf } of leaves(model.layout, initial)) leaf?.dataSync().fill(far);
        return initial as unknown as Tensor[];
      }) as unknown as FlowParams;
      const { value, logDet } = model.toBase(params, raw, { noise: 1 });
      expect(numbers(model.toData(params, value))).toEqual(numbers(raw));
      expect(numbers(logDet).every(Number.isFinite)).toBe(true);
    }
  });

  test('before it learns it is uniform dequantization', () => {
    const raw = rawRows([4, 4, 1], 5, 256);
    const identity = [squeeze(), imageCoupling({ width: 4 }), imageCoupling({ width: 4, swap: true })];
    const model = alone([4, 4, 1], 256, identity);
    const plain = flow({ eventShape: [4, 4, 1], dequantize: uniformDequantize({ bins: 256 }), layers: [] });
    const learned = model.toBase(model.init(1), raw, { noise: 3 });
    const uniformly = plain.toBase(plain.init(1), raw, { noise: 3 });
    for (const [i, value] of numbers(learned.logDet).entries()) {
      expect(value).toBeCloseTo(numbers(uniformly.logDet)[i] as number, 3);
    }
    // The squeeze moves the noise about; it is the same noise.
    const noises = ({ value }: { value: Tensor }) => numbers(sub(mul(value, 256), raw)).toSorted((a, b) => a - b);
    for (const [i, u] of noises(learned).entries()) {
      expect(Math.abs(u - (noises(uniformly)[i] as number))).toBeLessThan(1e-3);
    }
  });

  test.each(cases)(
    'of %s the density is that of the noise, by the Jacobian of automatic differentiation',
    async (_, shape, layers) => {
      const bins = 17;
      const [size, k] = [shape.reduce((a, b) => a * b, 1), Math.PI / Math.sqrt(3)];
      const raw = rawRows(shape, 1, bins);
      const model = alone(shape, bins, layers());
      const params = await moved(model, raw);
      // The same layers as an ordinary conditional flow, whose base takes the same draw.
      const inner = flow({ eventShape: shape, contextShape: shape, layers: [chain({ layers: [...layers()] })] });
      const innerLayers = [(params.dequantize as { layers: unknown }).layers] as never;
      const context = sub(mul(raw, 2 / (bins - 1)), 1);
      const v = clipByValue(uniform([1, ...inner.baseShape], 7), 2 ** -25, 1 - 2 ** -24);
      const epsilon = mul(sub(log(v), log(sub(1, v))), 1 / k);
      const noiseOf = (flat: Tensor): Tensor => {
        const z = reshape(flat, [1, ...inner.baseShape]);
        return reshape(sigmoid(mul(inner.bijector.forward(innerLayers, z, { context }).value, k)), [size]);
      };
      const matrix = jacobian(noiseOf, reshape(epsilon, [size]));
      // log of the logistic density of variance 1: log k + log v + log (1 − v).
      const logBase = numbers(v).reduce((total, p) => total + Math.log(k) + Math.log(p) + Math.log1p(-p), 0);
      const expected = logAbsDeterminant(matrix, size) - logBase + size * binsOf(bins).logWidth;
      const { logDet, value } = model.toBase(params, raw, { noise: 7 });
      expect(Math.abs((numbers(logDet)[0] as number) - expected)).toBeLessThan(2e-3);
      const u = numbers(noiseOf(reshape(epsilon, [size])));
      for (const [i, number] of numbers(sub(mul(value, bins), raw)).entries()) {
        const squeezed = leastMargin + (1 - 2 * leastMargin) * (u[i] as number);
        expect(Math.abs(number - squeezed)).toBeLessThan(1e-4);
      }
    },
  );

  test('the gradient reaches every parameter of the noise, and is the same recomputed', async () => {
    const raw = rawRows([4, 4, 1], 8, 256);
    const model = flow({
      eventShape: [4, 4, 1],
      dequantize: variationalDequantize({ bins: 256, layers: imageLayers() }),
      layers: [logit(), squeeze(), actnorm(), imageCoupling({ width: 4 })],
    });
    const params = await moved(model, raw);
    const slopes = (gradient: 'store' | 'recompute') =>
      gradients(model.layout, params, (tree) => sum(model.logProb(tree, raw, { noise: 2, gradient }))).gradients;
    const [stored, recomputed] = [slopes('store'), slopes('recompute')];
    expect(stored.some(({ path }) => path.startsWith('dequantize.layers.'))).toBe(true);
    for (const [i, { path, tensor: slope }] of stored.entries()) {
      const [expected, found] = [numbers(slope), numbers((recomputed[i] as (typeof stored)[number]).tensor)];
      const scale = Math.max(...expected.map(Math.abs));
      expect(scale, path).toBeGreaterThan(0);
      for (const [at, value] of found.entries()) {
        expect(Math.abs(value - (expected[at] as number)), path).toBeLessThan(1e-3 * scale + 1e-4);
      }
    }
  });

  test('what starts from data starts from uniform noise, once, and is saved', async () => {
    const raw = rawRows([4, 4, 1], 200, 256);
    const model = alone([4, 4, 1], 256, imageLayers());
    const initial = model.init(1);
    expect(() => model.toBase(initial, raw, { noise: 1 })).toThrow(/dequantize: 'layers.2.shift' starts from data/);
    const params = await model.start(initial, raw, { noise: 1 });
    const { shift, logScale } = (params.dequantize as { layers: { shift: Tensor; logScale: Tensor }[] }).layers[2] as {
      shift: Tensor;
      logScale: Tensor;
    };
    // Noise of variance 1 and mean 0 comes in.
    for (const value of [...numbers(shift), ...numbers(logScale)]) expect(Math.abs(value)).toBeLessThan(0.15);
    const again = await model.start(params, rawRows([4, 4, 1], 200, 256, 9), { noise: 5 });
    expect(leaves(model.layout, again).map(({ tensor: leaf }) => leaf)).toEqual(
      leaves(model.layout, params).map(({ tensor: leaf }) => leaf),
    );
    const loaded = load(await save(model, params), { definitions });
    const [before, after] = [
      model.toBase(params, raw, { noise: 4 }),
      loaded.model.toBase(loaded.params, raw, { noise: 4 }),
    ];
    expect(numbers(after.value)).toEqual(numbers(before.value));
    expect(numbers(after.logDet)).toEqual(numbers(before.logDet));
    const unstarted = load(await save(model, initial), { definitions });
    expect(() => unstarted.model.toBase(unstarted.params, raw, { noise: 1 })).toThrow(/starts from data/);
  });

  test('the same seed draws the same noise, another seed and another row other noise', async () => {
    const raw = zeros([6, 3]);
    const model = alone([3], 256, vectorLayers());
    const params = await moved(model, raw);
    const draw = (noise: number) => numbers(model.toBase(params, raw, { noise }).value);
    expect(draw(1)).toEqual(draw(1));
    expect(new Set([...draw(1), ...draw(2)]).size).toBe(36);
  });

  test('an empty batch passes, and nothing is left behind', async () => {
    const raw = rawRows([4, 4, 1], 3, 256);
    const model = alone([4, 4, 1], 256, imageLayers());
    const params = await moved(model, raw);
    const empty = model.toBase(params, zeros([0, 4, 4, 1]), { noise: 1 });
    expect([empty.value.shape, empty.logDet.shape]).toEqual([[0, 4, 4, 1], [0]]);
    const before = memory().numTensors;
    for (const gradient of ['store', 'recompute'] as const) {
      const result = gradients(model.layout, params, (tree) => sum(model.logProb(tree, raw, { noise: 1, gradient })));
      result.value.dispose();
      for (const { tensor: slope } of result.gradients) slope.dispose();
    }
    disposeParams(model.layout, tidy(() => copyParams(model.layout, params) as unknown as Tensor[]) as never);
    expect(memory().numTensors).toBeLessThanOrEqual(before);
  });

  test('the flow’s own context does not reach the noise, and dropout’s seed does', async () => {
    const raw = tensor2d([1, 2, 3, 0, 1, 2], [2, 3]);
    const model = flow({
      eventShape: [3],
      contextShape: [2],
      dequantize: variationalDequantize({ bins: 4, layers: vectorLayers() }),
      layers: [affineCoupling()],
    });
    const params = await model.start(model.init(1), raw, { noise: 1, context: tensor2d([1, 2], [1, 2]) });
    const encoded = (a: number) =>
      numbers(model.trace(params, raw, { noise: 1, context: tensor2d([a, 2], [1, 2]) })[0]?.value as Tensor);
    expect(encoded(1)).toEqual(encoded(5));
  });
});

test('a file without the noise’s own layers names what is missing', async () => {
  await setBackend('cpu');
  const model = alone([3], 4, vectorLayers());
  const bytes = await save(model, model.init(1));
  try {
    load(bytes, { definitions: dequantizerDefinitions });
    expect.fail('it was read');
  } catch (error) {
    expect(isDiffeoError(error) && error.code).toBe('UNKNOWN_TYPE');
    expect(String(error)).toContain('@diffeo/layers-glow/actnorm');
  }
});

test('configurations are checked, and layers that do not fit the event are named by their place', () => {
  expect(() => variationalDequantize({ bins: 1, layers: [] })).toThrow(/bins/);
  expect(() => variationalDequantize({ bins: 4, layers: [{}] as never })).toThrow(/expected a layer/);
  expect(() => alone([3, 3, 1], 4, [squeeze()])).toThrow(/dequantize.layers.0 \(@diffeo\/layers-glow\/squeeze\)/);
});
