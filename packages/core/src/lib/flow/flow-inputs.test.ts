import { cast, oneHot, type Tensor, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { numbers, onEachBackend, refusal, rejection, tensorsLeftBy } from '../../../test/backends.ts';
import {
  actnormLike,
  addNoise,
  identityWithTag,
  planeCoupling,
  scaleAndShift,
  sinhScale,
} from '../../../test/example-parts.ts';
import { gradients } from '../../gradients.ts';
import {
  chain,
  copyParams,
  disposeParams,
  type Flow,
  type FlowParams,
  type FlowSpec,
  flow,
  type LogProbOptions,
  leaves,
  negativeLogLikelihood,
  normalMixture,
  type SampleOptions,
  studentT,
} from '../../index.ts';

const whole = () => tensor2d([1, 2, 0, 1, 2, 0], [3, 2], 'int32');
const labels = () => oneHot(tensor1d([0, 2, 1], 'int32'), 3);
const real = (x: Tensor) => cast(x, 'float32');
const modes = ['store', 'checkpoint', 'recompute'] as const;

/** Everything that a flow computes, by name: what it is given differs in type alone. */
async function everything(
  model: Flow,
  params: FlowParams,
  x: Tensor,
  options: LogProbOptions,
): Promise<Record<string, number[]>> {
  const { context } = options;
  const given = { ...(context && { context }) };
  const { value, logDet } = model.toBase(params, x, options);
  const found: Record<string, number[]> = {
    logProb: numbers(model.logProb(params, x, options)),
    value: numbers(value),
    logDet: numbers(logDet),
    toData: numbers(model.toData(params, x, given)),
    sample: numbers(model.sample(params, { count: 3, seed: 1, ...given })),
    trace: model.trace(params, x, options).flatMap((step) => [...numbers(step.value), ...numbers(step.logDet)]),
    start: leaves(model.layout, await model.start(model.init(1), x, options)).flatMap(({ tensor: own }) =>
      own ? numbers(own) : [],
    ),
  };
  // A bijector by itself takes a row of context for each row.
  if (!model.dequantizes && context?.shape[0] === x.shape[0] && context?.rank === x.rank) {
    found['bijector'] = numbers(model.bijector.inverse(params.layers, x, { context: context as Tensor }).value);
  }
  for (const gradient of modes) {
    const { value: loss, gradients: own } = gradients(model.layout, params, (p) =>
      negativeLogLikelihood(model, p, x, { ...options, gradient }),
    );
    found[gradient] = [...numbers(loss), ...own.flatMap(({ tensor: slope }) => numbers(slope))];
  }
  return found;
}

onEachBackend('whole numbers and booleans', () => {
  const layers = [actnormLike(), planeCoupling(), chain({ layers: [sinhScale(), planeCoupling({ swap: 1 })] })];
  const model = flow({ eventShape: [2], contextShape: [3], layers, base: normalMixture() });
  const started = () => model.start(model.init(1), real(whole()), { context: real(labels()) });

  test.each(['int32', 'bool'] as const)('data and contexts of %s are what they hold', async (dtype) => {
    const params = await started();
    const [x, context] = [cast(cast(whole(), 'bool'), dtype), cast(labels(), dtype)];
    const truth = await everything(model, params, real(x), { context: real(context) });
    expect(await everything(model, params, x, { context })).toEqual(truth);
    expect(await everything(model, params, real(x), { context })).toEqual(truth);
    expect(await everything(model, params, x, { context: real(context) })).toEqual(truth);
  });

  test('so is one context for all rows', async () => {
    const params = await started();
    for (const context of [tensor1d([0, 1, 0], 'int32'), tensor2d([[0, 1, 0]], [1, 3], 'bool')]) {
      const truth = await everything(model, params, whole(), { context: real(context) });
      expect(await everything(model, params, whole(), { context })).toEqual(truth);
    }
  });

  test('so are data that are dequantized', async () => {
    const discrete = flow({ eventShape: [2], dequantize: addNoise(), layers: [sinhScale()] });
    const params = discrete.init(1);
    for (const noise of [3, discrete.drawNoise(3, 3) as Tensor]) {
      expect(await everything(discrete, params, whole(), { noise })).toEqual(
        await everything(discrete, params, real(whole()), { noise }),
      );
    }
    const wrong = refusal(() => discrete.logProb(params, whole(), { noise: whole() }));
    expect(wrong.message).toMatch('float32 [3,2]; got int32');
  });

  test('what was made of them is given back', async () => {
    const params = await started();
    const [x, context] = [whole(), labels()];
    expect(tensorsLeftBy(() => model.logProb(params, x, { context }).dispose())).toBe(0);
    const alone = flow({ eventShape: [2], layers: [] });
    const { value } = alone.toBase(alone.init(1), x);
    value.dispose();
    expect(x.isDisposed).toBe(false);
  });

  test('numbers that are none are refused by their type', async () => {
    const params = await started();
    const words = tensor(['a', 'b'], [1, 2], 'string');
    const context = tensor1d([0, 1, 0]);
    expect(refusal(() => model.logProb(params, words, { context }))).toMatchObject({
      code: 'DATA',
      message: expect.stringContaining('string'),
    });
    expect(refusal(() => model.toData(params, words, { context })).message).toMatch('string');
    const named = tensor1d(['a', 'b', 'c'], 'string');
    expect(refusal(() => model.sample(params, { count: 1, seed: 1, context: named })).message).toMatch('string');
  });
});

onEachBackend('parameters', () => {
  const model = flow({ eventShape: [2], layers: [scaleAndShift(), identityWithTag()], base: normalMixture() });
  const x = () => tensor2d([[1, 2]]);
  const uses: Readonly<Record<string, (params: FlowParams) => unknown>> = {
    logProb: (params) => model.logProb(params, x()),
    toBase: (params) => model.toBase(params, x()),
    toData: (params) => model.toData(params, x()),
    trace: (params) => model.trace(params, x()),
    sample: (params) => model.sample(params, { count: 1, seed: 1 }),
    drawBase: (params) => model.drawBase(params, { count: 1, seed: 1 }),
    copyParams: (params) => copyParams(model.layout, params),
  };

  test.each(Object.keys(uses))('of another flow are refused by %s, with the first leaf', (name) => {
    const use = uses[name] as (params: unknown) => unknown;
    const own = model.init(1);
    const other = (spec: Partial<FlowSpec>) =>
      flow({ eventShape: [2], layers: [scaleAndShift(), identityWithTag()], base: normalMixture(), ...spec }).init(1);
    use(own);
    expect(refusal(() => use(other({ eventShape: [3] }))).message).toMatch(
      "'layers.0.logScale' is a float32 tensor [3]",
    );
    expect(refusal(() => use(other({ layers: [scaleAndShift()] }))).message).toMatch("'layers.1.tag' is missing");
    expect(refusal(() => use(other({ layers: [scaleAndShift(), identityWithTag(), sinhScale()] }))).message).toMatch(
      "'layers.2'",
    );
    expect(refusal(() => use(other({ base: normalMixture({ components: 2 }) }))).message).toMatch("'base.means'");
    expect(refusal(() => use(other({ base: studentT() }))).message).toMatch("'base.means' is missing");
    expect(refusal(() => use({ ...own, layers: [own.layers[0], { tag: tensor1d([1, 2, 3]) }] })).code).toBe(
      'TENSOR_DTYPE',
    );
    for (const params of [undefined, null, 3, [], x(), {}]) expect(() => use(params)).toThrow(/parameters/);
    disposeParams(model.layout, own);
    expect(refusal(() => use(own)).message).toMatch("'layers.0.logScale' has been disposed");
  });

  test('are held to the layout by its bijector too', () => {
    const other = flow({ eventShape: [3], layers: [scaleAndShift(), identityWithTag()] }).init(1);
    expect(refusal(() => model.bijector.inverse(other.layers, x(), {})).message).toMatch("'0.logScale'");
    expect(refusal(() => model.bijector.forward(other.layers, x(), {})).message).toMatch("'0.logScale'");
  });
});

onEachBackend('mistakes of every day', () => {
  const model = flow({ eventShape: [2], layers: [scaleAndShift()] });
  const gone = () => {
    const x = tensor2d([[1, 2]]);
    x.dispose();
    return x;
  };

  test.each([
    ['rows of numbers', [[1, 2]], 'tf.tensor2d'],
    ['numbers', new Float32Array(2), 'tf.tensor2d'],
    ['Rows', { values: new Float32Array(2), count: 1, eventShape: [2] }, 'toTensor(rows) of @diffeo/datasets'],
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['text', 'data.csv', "got 'data.csv'"],
    ['an object', { x: 1 }, 'an object with x'],
    ['a function', () => 0, 'a function'],
  ])('%s in the place of data', async (_, data, said) => {
    const params = model.init(1);
    const x = data as unknown as Tensor;
    for (const use of [model.logProb, model.toBase, model.toData, model.trace]) {
      const { code, message } = refusal(() => use(params, x));
      expect(code).toBe('DATA');
      expect(message).toContain(said);
    }
    // A function may give data to start from.
    if (typeof data === 'function') return;
    const { code, message } = await rejection(model.start(params, x));
    expect(code).toBe('DATA');
    expect(message).toContain(said);
  });

  test('disposed data', async () => {
    const params = model.init(1);
    for (const use of [model.logProb, model.toBase, model.toData, model.trace]) {
      expect(refusal(() => use(params, gone())).message).toMatch('has been disposed');
    }
    expect((await rejection(model.start(params, gone()))).message).toMatch('has been disposed');
  });

  test('more samples than there is memory for', () => {
    for (const base of [studentT(), normalMixture()]) {
      const many = flow({ eventShape: [2], layers: [], base });
      expect(refusal(() => many.sample(many.init(1), { count: 2 ** 40, seed: 1 })).code).toBe('MEMORY');
    }
  });

  test('chunks to start from that are none', async () => {
    const unstarted = flow({ eventShape: [2], layers: [actnormLike()] });
    const start = async (chunks: unknown) =>
      (await rejection(unstarted.start(unstarted.init(1), (() => chunks) as never))).message;
    expect(await start(0)).toMatch('got 0');
    expect(await start([[1, 2]])).toMatch('start');
    expect(await start([undefined])).toMatch('a tensor of rows');
    expect(await start([{ x: [1, 2] }])).toMatch('tensor');
    expect(await start([{ x: tensor2d([[1, 2]]), rows: 1 }])).toMatch("no option 'rows'");
  });

  test('options that are none', async () => {
    const params = model.init(1);
    const x = tensor2d([[1, 2]]);
    const logProb = (options: unknown) => refusal(() => model.logProb(params, x, options as LogProbOptions)).message;
    expect(logProb({ contxt: x })).toMatch("logProb: there is no option 'contxt'; did you mean 'context'?");
    expect(logProb({ gradient: 'fast' })).toMatch(
      "gradient must be one of 'store', 'checkpoint', 'recompute'; got 'fast'",
    );
    expect(logProb({ seed: 0.5 })).toMatch('logProb: seed must be a whole number');
    expect(logProb(x)).toMatch(
      'logProb: options are an object of context, seed, noise, gradient; got a float32 tensor [1, 2]',
    );
    const sample = (options: unknown) => refusal(() => model.sample(params, options as SampleOptions));
    expect(sample(undefined).message).toMatch('sample: count is missing');
    expect(sample({ count: 3 })).toMatchObject({ code: 'SEED' });
    expect(sample({ count: 3, seed: 1, temprature: 2 }).message).toMatch("did you mean 'temperature'?");
    for (const temperature of [null, 'cold', [1], Number.NaN]) {
      expect(sample({ count: 3, seed: 1, temperature }).code).toBe('TEMPERATURE');
    }
    for (const seed of [Number.NaN, undefined, 0.5, '0', null, 2 ** 53]) {
      expect(sample({ count: 3, seed }).code).toBe('SEED');
      expect(refusal(() => model.init(seed as number)).code).toBe('SEED');
    }
    for (const use of [model.toBase, model.trace]) {
      expect(() => use(params, x, { colour: 1 } as object)).toThrow("there is no option 'colour'");
    }
    await expect(model.start(params, x, { colour: 1 } as object)).rejects.toThrow("there is no option 'colour'");
    expect(() => model.toData(params, x, { seed: 1 } as object)).toThrow("toData: there is no option 'seed'");
  });
});

describe('a flow that is none', () => {
  const made = (spec: unknown) => refusal(() => flow(spec as FlowSpec)).message;
  test('says what is missing, or what was given instead', () => {
    expect(made(undefined)).toBe('flow: eventShape is missing: a list of sizes, such as [2]');
    expect(made('real-nvp')).toMatch(
      "flow: options are an object of eventShape, contextShape, dequantize, layers, base; got 'real-nvp'",
    );
    expect(made({ eventShape: [2] })).toBe(
      'flow: layers is missing: a list of layers, such as [...realNVP()], or [] for the base alone',
    );
    expect(made({ eventShape: [2], layer: [] })).toMatch("flow: there is no option 'layer'; did you mean 'layers'?");
    expect(made({ eventShape: [2], layers: sinhScale() })).toMatch('layers must be a list of layers');
    expect(made({ eventShape: 2, layers: [] })).toMatch('eventShape must be a list of whole numbers above 0');
    expect(made({ eventShape: [2], layers: [[sinhScale()]] })).toMatch(
      'layers.0: expected what a definition returns, such as affineCoupling(); got a list. What gives a list of layers is spread: [...realNVP()].',
    );
    expect(made({ eventShape: [2], layers: [sinhScale] })).toMatch('got a function. Call it.');
    expect(made({ eventShape: [2], layers: [undefined] })).toMatch('got undefined');
    expect(made({ eventShape: [2], layers: [studentT()] })).toMatch(
      "layers.0: '@diffeo/core/student-t' is a base, and a layer belongs there",
    );
    expect(made({ eventShape: [2], layers: [], base: sinhScale() })).toMatch(
      "base: 'example/sinh-scale' is a layer, and a base belongs there",
    );
    expect(made({ eventShape: [2], layers: [], base: 'normal' })).toMatch(
      "base: expected what a definition returns, such as affineCoupling(); got 'normal'",
    );
  });

  test('what its lists become afterwards changes nothing', () => {
    const layers = [sinhScale()];
    const model = flow({ eventShape: [2], layers });
    layers.push(sinhScale());
    expect(model.spec.layers.length).toBe(1);
  });
});
