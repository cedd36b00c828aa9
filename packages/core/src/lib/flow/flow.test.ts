import {
  add,
  cast,
  floor,
  mean,
  memory,
  mul,
  neg,
  ones,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, refusal, rejection, tensorsLeftBy } from '../../../test/backends.ts';
import {
  actnormLike,
  addNoise,
  identityWithTag,
  planeCoupling,
  scaleAndShift,
  sinhScale,
} from '../../../test/example-parts.ts';
import { diagonalNormal } from '../bases/diagonal-normal.ts';
import { normalMixture } from '../bases/normal-mixture.ts';
import { standardNormal } from '../bases/standard-normal.ts';
import { uniformBox } from '../bases/uniform-box.ts';
import { defineBase, defineLayer } from '../contract/define.ts';
import { sizeOf } from '../contract/shape.ts';
import { gradients } from '../gradients/gradients.ts';
import { chain } from '../layers/chain.ts';
import { disposeParams, leaf, leaves } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { flow } from './flow.ts';
import type { FlowParams } from './flow-contract.ts';
import { runningMoments } from './running-moments.ts';

const logNormal = (x: number, mean: number, deviation: number): number =>
  -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

const bent = flow({ eventShape: [2], layers: [planeCoupling(), sinhScale(), planeCoupling({ swap: 1 })] });
const conditional = flow({
  eventShape: [2],
  contextShape: [3],
  layers: [planeCoupling(), planeCoupling({ swap: 1 })],
  base: diagonalNormal(),
});

onEachBackend('the likelihood', () => {
  test('of a scaled and shifted normal is its formula', () => {
    const model = flow({ eventShape: [2], layers: [scaleAndShift({ logScale: Math.log(3), shift: 2 })] });
    const at = [
      [0, 0],
      [2, 2],
      [-7, 11],
      [1e3, 0],
    ];
    const expected = at.map((row) => row.reduce((total, x) => total + logNormal(x, 2, 3), 0));
    expectClose(numbers(model.logProb(model.init(1), tensor2d(at))), expected, 1e-6);
  });

  test('of two layers on a base of its own is the formula of both', () => {
    const model = flow({
      eventShape: [1],
      // Data meets the first: z = ((x − 1)/2 + 4)/½.
      layers: [
        scaleAndShift({ logScale: Math.log(2), shift: 1 }),
        scaleAndShift({ logScale: Math.log(0.5), shift: -4 }),
      ],
      base: diagonalNormal({ mean: [5], scale: [3] }),
    });
    const at = [-3, 0, 6.5];
    // x = 2·(½·z − 4) + 1 = z − 7, so x is normal around −2 with deviation 3.
    expectClose(
      numbers(model.logProb(model.init(1), tensor2d(at, [3, 1]))),
      at.map((x) => logNormal(x, -2, 3)),
      1e-6,
    );
  });

  test('is the density of the base at toBase plus its logDet', () => {
    const params = bent.init(3);
    const x = normal([5, 2], 4);
    const { value, logDet } = bent.toBase(params, x);
    const base = flow({ eventShape: [2], layers: [] });
    expectClose(numbers(bent.logProb(params, x)), numbers(add(base.logProb(base.init(1), value), logDet)), 1e-6);
  });

  test('a layer that doubles has the inverse logDet −D·log 2 and the forward logDet D·log 2', () => {
    const model = flow({ eventShape: [3], layers: [scaleAndShift({ logScale: Math.log(2) })] });
    const { layers } = model.init(1);
    expectClose(numbers(model.bijector.inverse(layers, ones([2, 3]), {}).logDet), Array(2).fill(-3 * Math.LN2), 1e-6);
    expectClose(numbers(model.bijector.forward(layers, ones([2, 3]), {}).logDet), Array(2).fill(3 * Math.LN2), 1e-6);
  });

  test('a flow without layers is its base', () => {
    const model = flow({ eventShape: [2, 2], layers: [] });
    expect(model.baseShape).toEqual([2, 2]);
    expectClose(numbers(model.logProb(model.init(1), zeros([1, 2, 2]))), [4 * logNormal(0, 0, 1)], 1e-6);
  });

  test('takes single numbers as events', () => {
    const model = flow({ eventShape: [], layers: [scaleAndShift({ shift: 1 })] });
    const params = model.init(1);
    expectClose(numbers(model.logProb(params, tensor1d([1, 3]))), [logNormal(0, 0, 1), logNormal(2, 0, 1)], 1e-6);
    expect(model.sample(params, { count: 4, seed: 1 }).shape).toEqual([4]);
  });

  test('data of another shape is refused', () => {
    const params = bent.init(1);
    for (const shape of [[3], [3, 3], [2], [1, 1, 2], []]) {
      const { code, message } = refusal(() => bent.logProb(params, zeros(shape)));
      expect(code).toBe('SHAPE');
      expect(message).toBe(`the data must be [batch, 2] for this flow; got [${shape.join(', ')}]`);
    }
  });
});

onEachBackend('data → base → data', () => {
  test('comes back', () => {
    const params = bent.init(5);
    const x = mul(normal([50, 2], 6), 3);
    expectClose(numbers(bent.toData(params, bent.toBase(params, x).value)), numbers(x), 2e-6);
  });

  test('what is sampled is where toBase takes it from', () => {
    const params = bent.init(5);
    const samples = bent.sample(params, { count: 20, seed: 8 });
    expectClose(numbers(bent.toBase(params, samples).value), numbers(normal([20, 2], 8)), 2e-6);
  });

  test('the logDets of the two directions cancel', () => {
    const params = bent.init(5);
    const x = normal([9, 2], 6);
    const there = bent.bijector.inverse(params.layers, x, {});
    const back = bent.bijector.forward(params.layers, there.value, {});
    expectClose(numbers(add(there.logDet, back.logDet)), Array(9).fill(0), 2e-6);
  });

  test('rows do not know of each other', () => {
    const params = bent.init(5);
    const rows = [
      [1, 2],
      [-3, 0.5],
      [0, 0],
    ];
    const alone = rows.flatMap((row) => numbers(bent.logProb(params, tensor2d([row]))));
    expectClose(numbers(bent.logProb(params, tensor2d(rows))), alone, 1e-6);
  });

  test.each([
    ['a flow without layers', flow({ eventShape: [2], layers: [] })],
    ['a layer that returns its input', flow({ eventShape: [2], layers: [identityWithTag(), identityWithTag()] })],
    ['an empty chain', flow({ eventShape: [2], layers: [chain({ layers: [] })] })],
  ])('the caller owns what comes back and keeps what it gave: %s', (_, model) => {
    const params = model.init(1);
    const x = tensor2d([[1, 2]]);
    const { value, logDet } = model.toBase(params, x);
    const back = model.toData(params, x);
    for (const tensor of [value, logDet, back]) tensor.dispose();
    for (const step of model.trace(params, x)) {
      step.value.dispose();
      step.logDet.dispose();
    }
    expect(numbers(x)).toEqual([1, 2]);
  });
});

onEachBackend('context', () => {
  const x = () =>
    tensor2d([
      [1, 2],
      [3, 4],
    ]);
  const [first, second] = [
    [0.1, 0.2, 0.3],
    [-1, 2, 0.5],
  ];

  test('one row for each', () => {
    const params = conditional.init(2);
    const both = numbers(conditional.logProb(params, x(), { context: tensor2d([first, second]) }));
    const alone = [
      conditional.logProb(params, tensor2d([[1, 2]]), { context: tensor2d([first]) }),
      conditional.logProb(params, tensor2d([[3, 4]]), { context: tensor2d([second]) }),
    ].flatMap(numbers);
    expectClose(both, alone, 1e-6);
    expect(both[0]).not.toBeCloseTo(
      numbers(conditional.logProb(params, x(), { context: tensor2d([second, first]) }))[0] as number,
      3,
    );
  });

  test('one for all, with or without its batch axis, in every method', () => {
    const params = conditional.init(2);
    const z = normal([4, 2], 5);
    const forms = [tensor2d([first, first, first, first]), tensor2d([first]), tensor1d(first)];
    const results = forms.map((context) => [
      ...numbers(conditional.logProb(params, z, { context })),
      ...numbers(conditional.toBase(params, z, { context }).value),
      ...numbers(conditional.toData(params, z, { context })),
      ...numbers(conditional.sample(params, { count: 4, seed: 1, context })),
      ...conditional.trace(params, z, { context }).flatMap(({ value }) => numbers(value)),
    ]);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('of single numbers: one for each row or one for all', () => {
    const model = flow({ eventShape: [2], contextShape: [], layers: [planeCoupling()] });
    const params = model.init(1);
    const each = numbers(model.logProb(params, x(), { context: tensor1d([0.5, 0.5]) }));
    expect(numbers(model.logProb(params, x(), { context: tensor1d([0.5]) }))).toEqual(each);
    expect(numbers(model.logProb(params, x(), { context: sum(tensor1d([0.5])) }))).toEqual(each);
  });

  test('for an empty batch', () => {
    const params = conditional.init(2);
    for (const context of [zeros([0, 3]), zeros([1, 3]), zeros([3])]) {
      expect(conditional.logProb(params, zeros([0, 2]), { context }).shape).toEqual([0]);
      expect(conditional.sample(params, { count: 0, seed: 1, context }).shape).toEqual([0, 2]);
    }
  });

  test('an unconditional flow refuses one', () => {
    const { code, message } = refusal(() => bent.logProb(bent.init(1), x(), { context: zeros([2, 3]) }));
    expect(code).toBe('CONTEXT');
    expect(message).toContain('takes no context and got [2, 3]');
  });

  test.each([
    ['none', undefined],
    ['too narrow', () => zeros([2, 2])],
    ['too many rows', () => zeros([3, 3])],
    ['too few rows', () => zeros([0, 3])],
    ['an axis too many', () => zeros([2, 3, 1])],
    ['a vector of another length', () => zeros([4])],
    ['a number', () => zeros([])],
  ])('a conditional flow refuses %s', async (_, context) => {
    const params = conditional.init(1);
    const options = context ? { context: context() } : {};
    for (const call of [
      () => conditional.logProb(params, x(), options),
      () => conditional.toBase(params, x(), options),
      () => conditional.toData(params, x(), options),
      () => conditional.trace(params, x(), options),
      () => conditional.sample(params, { count: 2, seed: 1, ...options }),
    ]) {
      const { code, message } = refusal(call);
      expect(code).toBe('CONTEXT');
      expect(message).toContain('[batch, 3]');
    }
    const { code } = await rejection(conditional.start(params, x(), options));
    expect(code).toBe('CONTEXT');
  });
});

onEachBackend('sampling', () => {
  const model = flow({ eventShape: [2], layers: [scaleAndShift({ shift: 10 })] });
  const sample = (options: { count?: number; seed?: number; temperature?: number | Record<string, number> } = {}) =>
    numbers(model.sample(model.init(1), { count: 3, seed: 1, ...options }));

  test('the same seed gives the same samples, another one others', () => {
    expect(sample()).toEqual(sample());
    expect(sample({ seed: 2 })).not.toEqual(sample());
    // Also when the seed differs in its last bit only.
    const [a, b] = [sample({ count: 500, seed: 0 }), sample({ count: 500, seed: 1 })];
    expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))).toBeGreaterThan(2);
    expect(Math.abs((a[0] as number) - (b[0] as number))).toBeGreaterThan(1e-3);
  });

  test('temperature scales the spread around the centre: 0 is the centre', () => {
    const plain = sample();
    expectClose(
      sample({ temperature: 0.5 }),
      plain.map((value) => 10 + 0.5 * (value - 10)),
      1e-6,
    );
    expect(sample({ temperature: 0 })).toEqual([10, 10, 10, 10, 10, 10]);
    expect(sample({ temperature: { base: 0.5 } })).toEqual(sample({ temperature: 0.5 }));
    expect(sample({ temperature: {} })).toEqual(plain);
  });

  test('temperature for each latent by name', () => {
    const split = defineLayer({
      type: 'example/two-latents',
      version: 1,
      schema: strictObject({}),
      build: (_, { eventShape }) => ({
        eventShape,
        baseShape: eventShape,
        contextShape: null,
        layout: {},
        latents: [
          { name: 'coarse', size: 1 },
          { name: 'fine', size: 2 },
        ],
        init: () => ({}),
        forward: (_params, value) => ({ value, logDet: zeros([value.shape[0] as number]) }),
        inverse: (_params, value) => ({ value, logDet: zeros([value.shape[0] as number]) }),
      }),
    });
    const levels = flow({ eventShape: [3], layers: [scaleAndShift(), split()] });
    expect(levels.latents.map(({ name }) => name)).toEqual(['coarse', 'fine']);
    const draw = (temperature: Record<string, number>) =>
      numbers(levels.sample(levels.init(1), { count: 2, seed: 3, temperature }));
    const plain = draw({});
    expectClose(
      draw({ fine: 0 }),
      plain.map((value, i) => (i % 3 === 0 ? value : 0)),
      1e-6,
    );
    expectClose(
      draw({ coarse: 2, fine: 0.5 }),
      plain.map((value, i) => value * (i % 3 === 0 ? 2 : 0.5)),
      1e-6,
    );
    expect(refusal(() => draw({ base: 1 })).message).toContain("no latent 'base'; this flow has: coarse, fine");
  });

  test.each([-1, Number.NaN, Infinity, '1' as unknown as number])('a temperature of %s is refused', (temperature) => {
    if (typeof temperature === 'number') expect(refusal(() => sample({ temperature })).code).toBe('TEMPERATURE');
    expect(refusal(() => sample({ temperature: { base: temperature } })).code).toBe('TEMPERATURE');
  });

  test('no samples are an empty tensor, of every base', () => {
    for (const base of [standardNormal(), diagonalNormal(), normalMixture(), uniformBox()]) {
      const flat = flow({ eventShape: [2], layers: [scaleAndShift()], base });
      const params = flat.init(1);
      expect(flat.sample(params, { count: 0, seed: 1 }).shape).toEqual([0, 2]);
      expect(flat.logProb(params, zeros([0, 2])).shape).toEqual([0]);
      expect(flat.toBase(params, zeros([0, 2])).value.shape).toEqual([0, 2]);
      expect(flat.toData(params, zeros([0, 2])).shape).toEqual([0, 2]);
    }
  });

  test.each([-1, 1.5, Number.NaN, Infinity, undefined as unknown as number])('a count of %s is refused', (count) => {
    const { code, message } = refusal(() => model.sample(model.init(1), { count, seed: 1 }));
    expect([code, message]).toEqual(['SHAPE', expect.stringContaining('a whole number of 0 or more')]);
  });

  test.each([1.5, Number.NaN, undefined as unknown as number, '1' as unknown as number])(
    'a seed of %s is refused',
    (seed) => {
      expect(refusal(() => model.sample(model.init(1), { count: 1, seed })).code).toBe('SEED');
      expect(refusal(() => model.init(seed)).code).toBe('SEED');
    },
  );
});

onEachBackend('initial parameters', () => {
  const values = (model: typeof bent, seed: number) =>
    new Map(leaves(model.layout, model.init(seed)).map(({ path, tensor }) => [path, numbers(tensor as Tensor)]));

  test('are the same for the same seed, and each layer draws its own', () => {
    const twins = flow({ eventShape: [2], layers: [planeCoupling(), planeCoupling()] });
    expect(values(twins, 1)).toEqual(values(twins, 1));
    expect(values(twins, 2).get('layers.0.weight')).not.toEqual(values(twins, 1).get('layers.0.weight'));
    expect(values(twins, 1).get('layers.1.weight')).not.toEqual(values(twins, 1).get('layers.0.weight'));
  });

  test('of a layer stay the same when one is added behind it', () => {
    const longer = flow({ ...bent.spec, layers: [...bent.spec.layers, planeCoupling()], base: normalMixture() });
    for (const [path, numbersBefore] of values(bent, 4)) expect(values(longer, 4).get(path)).toEqual(numbersBefore);
  });

  test('fit the layout, leaf by leaf', () => {
    for (const { leaf: described, tensor } of leaves(conditional.layout, conditional.init(1))) {
      expect([tensor?.shape, tensor?.dtype]).toEqual([described.shape, described.dtype]);
    }
  });
});

onEachBackend('the trace', () => {
  const traced = flow({
    eventShape: [2],
    dequantize: addNoise(),
    layers: [planeCoupling(), chain({ layers: [sinhScale()] })],
  });
  const x = () =>
    tensor2d([
      [1, 2],
      [3, 4],
      [0, -1],
    ]);

  test('names each part, in the order of the data', () => {
    const names = traced.trace(traced.init(1), x(), { noise: 1 }).map(({ name }) => name);
    expect(names).toEqual(['dequantize', 'layers.0 (example/plane-coupling)', 'layers.1 (@diffeo/core/chain)', 'base']);
    expect(bent.trace(bent.init(1), x()).map(({ name }) => name)[0]).toBe('layers.0 (example/plane-coupling)');
  });

  test('its logDets add up to the likelihood, its last value is the base’s', () => {
    const params = traced.init(1);
    const steps = traced.trace(params, x(), { noise: 1 });
    const total = steps.map(({ logDet }) => numbers(logDet)).reduce((a, b) => a.map((v, i) => v + (b[i] as number)));
    expectClose(total, numbers(traced.logProb(params, x(), { noise: 1 })), 1e-6);
    expect(numbers(steps.at(-1)?.value as Tensor)).toEqual(numbers(traced.toBase(params, x(), { noise: 1 }).value));
  });

  test('each step’s tensors are the caller’s to dispose, in any order', () => {
    const params = traced.init(1);
    const steps = traced.trace(params, x(), { noise: 1 });
    for (const [i, { value, logDet }] of steps.entries()) {
      expect(numbers(value).length, `value ${i}`).toBe(6);
      value.dispose();
      logDet.dispose();
    }
  });
});

onEachBackend('the points that are sampled', () => {
  test('are those of the base, mapped to data', () => {
    const model = flow({ eventShape: [2], layers: [scaleAndShift({ logScale: 1 })] });
    const params = model.init(1);
    const options = { count: 5, seed: 3, temperature: 0.5 };
    const z = model.drawBase(params, options);
    expect(numbers(model.toData(params, z))).toEqual(numbers(model.sample(params, options)));
    expect(refusal(() => model.drawBase(params, { count: -1, seed: 3 })).code).toBe('SHAPE');
    expect(refusal(() => model.drawBase(params, { count: 1, seed: 0.5 })).code).toBe('SEED');
  });

  test('come with their log-density in one pass, by which they can be differentiated too', () => {
    const base = diagonalNormal({ mean: [1, -1], scale: [2, 0.5] });
    const model = flow({ ...bent.spec, base });
    const params = model.init(1);
    const options = { count: 5, seed: 3 };
    const { value, logProb } = model.sampleWithLogProb(params, options);
    expectClose(numbers(value), numbers(model.sample(params, options)), 1e-6);
    expectClose(numbers(logProb), numbers(model.logProb(params, value)), 1e-5);
    // The entropy of a normal grows by 1 for each unit of a log-scale: nothing else of it depends on that.
    const straight = flow({ eventShape: [2], layers: [scaleAndShift({ logScale: 1 })], base });
    const entropy = (tree: FlowParams) => neg(mean(straight.sampleWithLogProb(tree, options).logProb));
    const found = gradients(straight.layout, straight.init(1), entropy).gradients;
    expectClose(numbers(found.find(({ path }) => path === 'base.logScale')?.tensor as Tensor), [1, 1], 1e-5);
    const of = (temperature: number) =>
      model.sampleWithLogProb(params, { ...options, temperature } as object as typeof options);
    expect(refusal(() => of(2)).code).toBe('CONFIG');
    const discrete = flow({ eventShape: [2], dequantize: addNoise(), layers: [] });
    expect(refusal(() => discrete.sampleWithLogProb(discrete.init(1), options)).code).toBe('ONE_WAY');
  });
});

onEachBackend('dequantization', () => {
  const model = flow({ eventShape: [2], dequantize: addNoise(), layers: [scaleAndShift({ logScale: 1 })] });
  const raw = () =>
    tensor2d([
      [0, 7],
      [3, 1],
    ]);

  test('needs a seed for its noise, and says so', () => {
    const params = model.init(1);
    for (const options of [{}, { noise: Number.NaN }, { noise: 0.5 }]) {
      const { code, message } = refusal(() => model.logProb(params, raw(), options));
      expect(code).toBe('SEED');
      expect(message).toContain('noise must be a whole number');
    }
    expect(refusal(() => model.toBase(params, raw())).code).toBe('SEED');
    expect(refusal(() => model.trace(params, raw())).code).toBe('SEED');
  });

  test('the noise is drawn from that seed alone', () => {
    const params = model.init(1);
    const at = (noise: number, seed?: number) =>
      numbers(model.logProb(params, raw(), { noise, ...(seed !== undefined && { seed }) }));
    expect(at(1)).toEqual(at(1));
    expect(at(1, 99)).toEqual(at(1));
    expect(at(2)).not.toEqual(at(1));
  });

  test('noise that was drawn before is that of its seed, and of no other shape', () => {
    const params = model.init(1);
    const noise = model.drawNoise(2, 5) as Tensor;
    expect(noise.shape).toEqual([2, 2]);
    expect(numbers(model.logProb(params, raw(), { noise }))).toEqual(
      numbers(model.logProb(params, raw(), { noise: 5 })),
    );
    const { code, message } = refusal(() => model.logProb(params, raw(), { noise: model.drawNoise(3, 5) as Tensor }));
    expect([code, message]).toEqual(['SHAPE', 'options.noise must be float32 [2,2]; got float32 [3,2]']);
    expect(refusal(() => model.logProb(params, raw(), { noise: cast(noise, 'int32') })).code).toBe('SHAPE');
    expect(refusal(() => model.logProb(params, raw(), { noise: null as unknown as number })).code).toBe('SEED');
    expect(refusal(() => model.drawNoise(2, 0.5)).code).toBe('SEED');
    expect(refusal(() => model.drawNoise(-1, 5)).code).toBe('SHAPE');
    expect(flow({ eventShape: [2], layers: [] }).drawNoise(2, 5)).toBeNull();
  });

  test('its log-density counts', () => {
    const params = model.init(1);
    const wider: FlowParams = { ...params, dequantize: { logWidth: sum(tensor1d([-20])) } };
    // With a width of e⁻²⁰ the value is the raw one, and both dimensions add −20.
    const plain = flow({ eventShape: [2], layers: [scaleAndShift({ logScale: 1 })] });
    const expected = numbers(plain.logProb(plain.init(1), raw())).map((value) => value - 40);
    expectClose(numbers(model.logProb(wider, raw(), { noise: 1 })), expected, 1e-5);
  });

  test('what comes back is discrete', () => {
    const params = model.init(1);
    const { value } = model.toBase(params, raw(), { noise: 3 });
    expect(numbers(model.toData(params, value))).toEqual(numbers(raw()));
    const samples = model.sample(params, { count: 10, seed: 1 });
    expect(numbers(samples)).toEqual(numbers(floor(samples)));
    expect(model.dequantizes).toBe(true);
    expect(bent.dequantizes).toBe(false);
    expect([model.dequantizer?.eventShape, bent.dequantizer]).toEqual([[2], null]);
  });
});

onEachBackend('what starts from data', () => {
  const model = flow({
    eventShape: [2],
    layers: [actnormLike(), scaleAndShift({ logScale: Math.log(4), shift: 3 }), actnormLike()],
  });
  const data = () =>
    tensor2d([
      [1, 10],
      [3, 30],
      [5, 80],
    ]);
  const leavesOf = (params: FlowParams) =>
    new Map(leaves(model.layout, params).map(({ path, tensor }) => [path, tensor && numbers(tensor)]));

  test('is null until start and refuses by name', () => {
    const params = model.init(1);
    expect(leavesOf(params).get('layers.0.mean')).toBeNull();
    const { code, message } = refusal(() => model.logProb(params, data()));
    expect(code).toBe('UNSTARTED');
    expect(message).toContain("layers.0 (example/actnorm-like): 'mean' starts from data");
    expect(refusal(() => model.sample(params, { count: 1, seed: 1 })).code).toBe('UNSTARTED');
    expect(refusal(() => model.toData(params, data())).code).toBe('UNSTARTED');
    expect(refusal(() => model.trace(params, data())).code).toBe('UNSTARTED');
  });

  test('parameters that are not there at all are refused by name too', async () => {
    const params = await model.start(model.init(1), data());
    for (const i of params.layers.keys()) {
      const { code, message } = refusal(() => model.logProb({ ...params, layers: params.layers.slice(0, i) }, data()));
      expect([code, message]).toEqual(['MISSING_TENSOR', expect.stringContaining(`layers.${i}.`)]);
    }
  });

  test('starts in data order, each layer on what the one before makes', async () => {
    const params = await model.start(model.init(1), data());
    const found = leavesOf(params);
    expectClose(found.get('layers.0.mean') as number[], [3, 40], 1e-6);
    // Behind the first the data have mean 0 and deviation 1; behind the second, mean −3/4 and deviation 1/4.
    expectClose(found.get('layers.2.mean') as number[], [-0.75, -0.75], 1e-5);
    expectClose(found.get('layers.2.logScale') as number[], [-Math.log(4), -Math.log(4)], 1e-5);
    const { value } = model.toBase(params, data());
    expectClose(numbers(mean(value, 0)), [0, 0], 1e-5);
    expectClose(numbers(mean(square(value), 0)), [1, 1], 1e-5);
  });

  test('starts inside a chain as it does outside', async () => {
    const nested = flow({ eventShape: [2], layers: [chain({ layers: [...model.spec.layers] })] });
    const found = leaves(nested.layout, await nested.start(nested.init(1), data())).map(({ tensor }) =>
      numbers(tensor as Tensor),
    );
    expect(found).toEqual([...leavesOf(await model.start(model.init(1), data())).values()]);
  });

  test('starts once: a second start returns what there is, on whatever data', async () => {
    const once = await model.start(model.init(1), data());
    const twice = await model.start(once, mul(data(), 7));
    expect(leavesOf(twice)).toEqual(leavesOf(once));
  });

  test('one started layer among others that are not stays as it is', async () => {
    const started = await model.start(model.init(1), data());
    const half = await model.start(model.init(1), add(data(), 100));
    const mixed: FlowParams = {
      ...started,
      layers: [half.layers[0] as never, started.layers[1] as never, { mean: null, logScale: null }],
    };
    expect(refusal(() => model.logProb(mixed, data())).message).toContain('layers.2');
    const whole = leavesOf(await model.start(mixed, data()));
    expectClose(whole.get('layers.0.mean') as number[], [103, 140], 1e-6);
    expectClose(
      whole.get('layers.2.mean') as number[],
      [-25 - 0.75 - (100 / Math.sqrt(8 / 3) / 4 - 25), -0.75 - 100 / Math.sqrt(2600 / 3) / 4],
      1e-4,
    );
  });

  test('a flow with nothing to start returns what there is', async () => {
    const params = bent.init(1);
    expect(await bent.start(params, data())).toEqual(params);
  });

  test('no rows are nothing to start from', async () => {
    const { code, message } = await rejection(model.start(model.init(1), zeros([0, 2])));
    expect(code).toBe('DATA');
    expect(message).toContain('row');
  });

  test('the dequantizer’s noise is there when the layers start', async () => {
    const noisy = flow({ eventShape: [2], dequantize: addNoise(), layers: [actnormLike()] });
    const { layers } = await noisy.start(noisy.init(1), data(), { noise: 5 });
    const offset = sub((layers[0] as { mean: Tensor }).mean, tensor1d([3, 40]));
    for (const value of numbers(offset)) expect(value > 0.01 && value < 0.99).toBe(true);
  });

  test('a base starts last, from what the layers make, and refuses until then', async () => {
    const centred = defineBase({
      type: 'example/centred',
      version: 1,
      schema: strictObject({}),
      build: (_, { eventShape }) => ({
        eventShape,
        contextShape: null,
        layout: { centre: leaf(eventShape, { fromData: true }) },
        init: () => ({ centre: null }),
        start: async (_params, data) => {
          const moments = runningMoments(sizeOf(eventShape));
          await data.each(async (x) => moments.add(await x.data()));
          return { centre: tensor1d(Float32Array.from(moments.mean())) };
        },
        logProb: ({ centre }: { centre: Tensor }, z) => mul(sum(square(sub(z, centre)), 1), -0.5),
        sample: ({ centre }: { centre: Tensor }, count, seed, temperature) =>
          add(mul(normal([count, ...eventShape], seed), temperature), centre),
      }),
    });
    const based = flow({ eventShape: [2], layers: [scaleAndShift({ shift: 1 })], base: centred() });
    const params = based.init(1);
    for (const call of [
      () => based.logProb(params, data()),
      () => based.sample(params, { count: 1, seed: 1 }),
      () => based.trace(params, data()),
    ]) {
      const { code, message } = refusal(call);
      expect([code, message]).toEqual(['UNSTARTED', expect.stringContaining("base (example/centred): 'centre'")]);
    }
    const started = await based.start(params, data());
    expectClose(numbers((started.base as { centre: Tensor }).centre), [2, 39], 1e-6);
    const again = await based.start(started, mul(data(), 9));
    expectClose(numbers((again.base as { centre: Tensor }).centre), [2, 39], 1e-6);
  });
});

onEachBackend('tensors', () => {
  test('every method leaves what it returns and nothing else', async () => {
    const model = flow({
      eventShape: [2],
      dequantize: addNoise(),
      layers: [actnormLike(), planeCoupling()],
      base: normalMixture(),
    });
    const initial = model.init(1);
    const x = normal([7, 2], 2);
    const beforeStart = memory().numTensors;
    const params = await model.start(initial, x, { noise: 1 });
    // The two that start from data.
    expect(memory().numTensors).toBe(beforeStart + 2);
    const z = normal([7, 2], 3);
    const counted = {
      // weight, three of the mixture, logWidth; the two that start from data are null.
      init: () => tensorsLeftBy(() => model.init(1)),
      logProb: () => tensorsLeftBy(() => model.logProb(params, x, { noise: 1 })),
      toBase: () => tensorsLeftBy(() => model.toBase(params, x, { noise: 1 })),
      toData: () => tensorsLeftBy(() => model.toData(params, z)),
      trace: () => tensorsLeftBy(() => model.trace(params, x, { noise: 1 })),
      sample: () => tensorsLeftBy(() => model.sample(params, { count: 5, seed: 1, temperature: { base: 0.5 } })),
      refused: () => tensorsLeftBy(() => refusal(() => model.logProb(params, x))),
    };
    const left = Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, count()]));
    expect(left).toEqual({ init: 5, logProb: 1, toBase: 2, toData: 1, trace: 8, sample: 1, refused: 0 });
    expect(numbers(x).length).toBe(14);
  });

  test('a hundred calls leave the memory as it was', () => {
    const params = bent.init(1);
    const x = normal([7, 2], 2);
    const { numTensors, numBytes } = memory();
    for (let i = 0; i < 100; i++) {
      bent.logProb(params, x).dispose();
      bent.sample(params, { count: 3, seed: i }).dispose();
    }
    expect([memory().numTensors, memory().numBytes]).toEqual([numTensors, numBytes]);
    disposeParams(bent.layout, params);
  });
});

describe('a part in the wrong place', () => {
  test('is refused by name', () => {
    const { code, message } = refusal(() => flow({ eventShape: [3], layers: [scaleAndShift(), planeCoupling()] }));
    expect(code).toBe('SHAPE');
    expect(message).toBe('layers.1 (example/plane-coupling), event shape [3]: an event is two numbers');
  });
  test('a base too', () => {
    const { message } = refusal(() => flow({ eventShape: [2], layers: [], base: diagonalNormal({ mean: [1] }) }));
    expect(message).toBe('base (@diffeo/core/diagonal-normal), event shape [2]: mean has 1 numbers for 2 dimensions');
  });
});
