/** Every function of this package that takes a flow's data, contexts, parameters or options is held to the same. */
import { type DiffeoError, disposeParams, type Flow, type FlowParams, flow, normal } from '@diffeo/core';
import { twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { actnorm } from '@diffeo/layers-glow';
import { cast, memory, oneHot, ones, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useWasm } from '../backend/backend.ts';
import { fit } from '../fit/fit.ts';
import { attributeDirection, interpolate, moveAlong, reconstruct } from '../latents/latent.ts';
import { prepared } from '../sampling/prepared.ts';
import { sample } from '../sampling/sample.ts';
import { gaussianBaseline } from '../scores/gaussian-baseline.ts';
import { score } from '../scores/score.ts';
import { startWorkers } from '../tasks/start-workers.ts';

beforeAll(() => useWasm());

const model = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [4] }) });
const conditional = flow({ eventShape: [2], contextShape: [3], layers: realNVP({ layers: 2, hidden: [4] }) });
const params = () => model.init(1);
const refusal = (run: () => unknown): Promise<DiffeoError> =>
  Promise.resolve()
    .then(run)
    .then(
      () => expect.fail('accepted'),
      (error) => error,
    );

type Data = Tensor | { x: Tensor; context?: Tensor };

/** Everything that takes data, by name. Numbers come back where there are any. */
const takesData: Record<string, (of: Flow, own: FlowParams, data: Data) => Promise<ArrayLike<number>>> = {
  score: (of, own, data) => score(of, own, data),
  fit: async (of, own, data) => {
    const { params: reached, history } = await fit(of, data, { steps: 3, params: own, validation: 0 });
    disposeParams(of.layout, reached);
    return history.map(({ train }) => train);
  },
  'validation of fit': async (of, own, data) => {
    const x = normal([8, 2], 1);
    const context = of.contextShape ? { context: zeros([8, 3]) } : {};
    const train = { x, ...context };
    const fitted = await fit(of, train, { steps: 1, params: own, validation: data }).finally(() => x.dispose());
    context.context?.dispose();
    disposeParams(of.layout, fitted.params);
    return [fitted.startValidation as number];
  },
  interpolate: (of, own, data) => interpolate(of, own, data, data, { steps: 2 }),
  moveAlong: (of, own, data) => moveAlong(of, own, data, new Float32Array(2), [1]),
  reconstruct: async (of, own, data) => (await reconstruct(of, own, data)).values,
  attributeDirection: (of, own, data) => attributeDirection(of, own, { having: data, lacking: data }),
};

/** Parameters whose networks do something with the context. */
async function trained(of: Flow): Promise<FlowParams> {
  const x = normal([64, 2], 1);
  const context = of.contextShape ? { context: normal([64, 3], 2) } : {};
  const { params: own } = await fit(of, { x, ...context }, { steps: 30, seed: 1, validation: 0, learningRate: 0.02 });
  return own;
}

describe.each(Object.entries(takesData))('%s', (name, run) => {
  test('what is not data is refused in words', async () => {
    const own = params();
    const gone = zeros([3, 2]);
    gone.dispose();
    const rows = twoMoons().sample(5, 1);
    const cases: [unknown, string, RegExp][] = [
      [[[1, 2]], 'DATA', /must be a tensor; got .*tensor2d/],
      [new Float32Array(4), 'DATA', /must be a tensor/],
      [rows, 'DATA', /got rows of the host.*toTensor\(rows\)/],
      [{ x: rows }, 'DATA', /toTensor/],
      [gone, 'DATA', /disposed/],
      [{ x: gone }, 'DATA', /disposed/],
      [zeros([3, 5]), 'SHAPE', /\[batch, 2\].*\[3, 5\]/],
      [zeros([2]), 'SHAPE', /\[batch, 2\]/],
      [zeros([0, 2]), 'DATA', /no rows/],
      [tensor2d([[0, Number.NaN]]), 'NOT_FINITE', /row 0 holds NaN in column 1/],
      [
        tensor2d([
          [0, 1],
          [Infinity, 0],
        ]),
        'NOT_FINITE',
        /row 1 holds Infinity in column 0/,
      ],
      [
        { x: zeros([3, 2]), weights: ones([2]) },
        expect.stringMatching(/CONFIG|SHAPE/),
        /rows have no weights here|a number for each of the 3 rows/,
      ],
      [{ x: zeros([3, 2]), contxt: ones([3]) }, 'CONFIG', /no option 'contxt'; did you mean 'context'/],
      [{ x: zeros([3, 2]), context: zeros([3, 1]) }, 'CONTEXT', /takes no context/],
    ];
    const before = memory().numTensors;
    for (const [data, code, message] of cases) {
      const error = await refusal(() => run(model, own, data as Tensor));
      expect(error).toMatchObject({ name: 'DiffeoError', code, message: expect.stringMatching(message) });
    }
    expect(memory().numTensors).toBe(before);
  });

  test.each([undefined, null, 3, '10 rows', () => zeros([3, 2])])('%s is not data', async (data) => {
    // Without validation data, fit takes the default share of the rows.
    if (data === undefined && name === 'validation of fit') return;
    const error = await refusal(() => run(model, params(), data as unknown as Tensor));
    expect(error.name).toBe('DiffeoError');
  });

  test('whole numbers are the same numbers', async () => {
    const own = await trained(model);
    const whole = tensor2d([1, 2, 3, -4, 0, 7], [3, 2], 'int32');
    const before = memory().numTensors;
    const found = [...Array.from(await run(model, own, whole))];
    expect(memory().numTensors).toBe(before);
    expect(found).toEqual([...Array.from(await run(model, own, cast(whole, 'float32')))]);
    expect(found.every(Number.isFinite)).toBe(true);
  });

  test('contexts are converted, one may stand for all, and others are refused', async () => {
    const own = await trained(conditional);
    const x = normal([4, 2], 3);
    const hot = oneHot(tensor1d([0, 1, 2, 1], 'int32'), 3);
    const given = async (context: unknown) =>
      Array.from(await run(conditional, own, { x, context: context as Tensor }));
    const expected = await given(cast(hot, 'float32'));
    expect(await given(hot)).toEqual(expected);
    expect(await given(cast(hot, 'bool'))).toEqual(expected);
    const all = tensor2d([0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0], [4, 3]);
    const same = await given(all);
    for (const one of [tensor2d([[0, 1, 0]]), tensor1d([0, 1, 0]), tensor1d([0, 1, 0], 'int32')]) {
      expect(await given(one)).toEqual(same);
    }
    for (const [context, code] of [
      [undefined, 'CONTEXT'],
      [zeros([4, 2]), 'CONTEXT'],
      [zeros([3, 3]), 'CONTEXT'],
      [[[0, 1, 0]], 'CONTEXT'],
      [tensor2d([0, 0, 0, 0, Number.NaN, 0, 0, 0, 0, 0, 0, 0], [4, 3]), 'NOT_FINITE'],
    ] as const) {
      expect(await refusal(() => given(context))).toMatchObject({ name: 'DiffeoError', code });
    }
  });

  test('parameters of another flow, and disposed ones, are refused with the first leaf', async () => {
    const x = normal([4, 2], 3);
    const wider = flow({ eventShape: [2], layers: realNVP({ layers: 2, hidden: [5] }) });
    const deeper = flow({ eventShape: [2], layers: realNVP({ layers: 4, hidden: [4] }) });
    const gone = params();
    disposeParams(model.layout, gone);
    for (const [own, message] of [
      [wider.init(1), /'layers\.0\..*\[\d, 5\].*\[\d, 4\]/],
      [deeper.init(1), /'layers\.2/],
      [gone, /'layers\.0\..* disposed/],
      [3, /init, start, fit or load/],
    ] as const) {
      const error = await refusal(() => run(model, own as FlowParams, x));
      expect(error).toMatchObject({ name: 'DiffeoError', message: expect.stringMatching(message) });
    }
  });

  test('what is disposed while it is worked with is held', async () => {
    const [x, own] = [normal([4, 2], 3), params()];
    const expected = Array.from(await run(model, own, x));
    const later = run(model, own, x);
    x.dispose();
    disposeParams(model.layout, own);
    expect(Array.from(await later)).toEqual(expected);
  });
});

test.each<[string, () => unknown, string, RegExp]>([
  [
    'fit, other words',
    () => fit(model, ones([9, 2]), { epochs: 3 } as object),
    'CONFIG',
    /'epochs'; did you mean 'steps'/,
  ],
  ['fit, lr', () => fit(model, ones([9, 2]), { lr: 1 } as object), 'CONFIG', /did you mean 'learningRate'/],
  ['fit, gradient', () => fit(model, ones([9, 2]), { gradient: 'fast' as 'store' }), 'CONFIG', /'store'.*got 'fast'/],
  ['fit, workers', () => fit(model, ones([9, 2]), { workers: Number.NaN }), 'CONFIG', /workers must be .*got NaN/],
  [
    'fit, validation',
    () => fit(model, ones([9, 2]), { validation: '10%' as never }),
    'CONFIG',
    /validation must be data/,
  ],
  [
    'fit, schedule',
    () => fit(model, ones([9, 2]), { schedule: 'cosine' as never }),
    'CONFIG',
    /schedule must be a function/,
  ],
  ['fit, seed', () => fit(model, ones([9, 2]), { seed: 0.5 }), 'SEED', /got 0\.5/],
  ['fit, seed', () => fit(model, ones([9, 2]), { seed: 2 ** 53 }), 'SEED', /seed/],
  ['fit, null', () => fit(model, ones([9, 2]), null as never), 'CONFIG', /options are an object/],
  ['fit, resume', () => fit(model, ones([9, 2]), { resume: 'file' as never }), 'CONFIG', /bytes of a checkpoint/],
  ['fit, no flow', () => fit({} as Flow, ones([9, 2])), 'CONFIG', /the model is what flow\(\) gives/],
  ['score, noise', () => score(model, params(), ones([9, 2]), { noise: Number.NaN }), 'SEED', /noise .*NaN/],
  ['score, unknown', () => score(model, params(), ones([9, 2]), { batch: 3 } as object), 'CONFIG', /no option 'batch'/],
  ['sample, no seed', () => sample(model, params(), { count: 3 } as never), 'SEED', /seed is missing/],
  ['sample, no options', () => sample(model, params(), undefined as never), 'SHAPE', /count is missing/],
  ['sample, count', () => sample(model, params(), { count: -1, seed: 1 }), 'SHAPE', /count .*got -1/],
  ['sample, workers', () => sample(model, params(), { count: 3, seed: 1, workers: -1 }), 'CONFIG', /workers/],
  [
    'sample, context',
    () => sample(model, params(), { count: 3, seed: 1, context: ones([3]) }),
    'CONTEXT',
    /no context/,
  ],
  [
    'interpolate, path',
    () => interpolate(model, params(), ones([2, 2]), ones([2, 2]), { path: 'sperical' as never }),
    'CONFIG',
    /did you mean 'spherical'/,
  ],
  [
    'interpolate, steps',
    () => interpolate(model, params(), ones([2, 2]), ones([2, 2]), { steps: 1 }),
    'CONFIG',
    /steps/,
  ],
  [
    'attributeDirection',
    () => attributeDirection(model, params(), { having: ones([2, 2]) } as never),
    'CONFIG',
    /lacking is missing/,
  ],
  [
    'moveAlong',
    () => moveAlong(model, params(), ones([2, 2]), 3 as never, [1]),
    'CONFIG',
    /a direction must be a list/,
  ],
  [
    'gaussianBaseline',
    () => gaussianBaseline(model, params(), { train: ones([9, 2]) } as never),
    'CONFIG',
    /heldOut is missing/,
  ],
  [
    'gaussianBaseline, rows',
    () => gaussianBaseline(model, params(), { train: [[1]], heldOut: ones([9, 2]) } as never),
    'DATA',
    /must be a tensor/,
  ],
  ['startWorkers', () => startWorkers(model, { count: 0 }), 'CONFIG', /count must be a whole number from 1/],
  [
    'startWorkers, unknown',
    () => startWorkers(model, { count: 1, module: [] } as never),
    'CONFIG',
    /did you mean 'modules'/,
  ],
  ['startWorkers, 2', () => startWorkers(model, 2 as never), 'CONFIG', /options are an object/],
  ['useWasm', () => useWasm({ kernel: false } as never), 'CONFIG', /did you mean 'kernels'/],
  ['useWasm, kernels', () => useWasm({ kernels: { bild: 'simd' } } as never), 'CONFIG', /did you mean 'build'/],
  ['prepared', () => prepared(model, conditional.init(1)), 'TENSOR_SHAPE', /prepared: the parameters do not fit/],
])('%s: refused', async (_, run, code, message) => {
  expect(await refusal(run)).toMatchObject({ name: 'DiffeoError', code, message: expect.stringMatching(message) });
});

test('prepared takes whole numbers, and refuses what the flow refuses', async () => {
  const of = flow({ eventShape: [2], contextShape: [3], layers: [actnorm(), ...realNVP({ layers: 2, hidden: [4] })] });
  const own = await trained(of);
  const ready = prepared(of, own);
  const [x, context] = [tensor2d([1, 2, 3, -4], [2, 2], 'int32'), oneHot(tensor1d([0, 2], 'int32'), 3) as Tensor];
  const expected = of.logProb(own, cast(x, 'float32'), { context: cast(context, 'float32') }).dataSync();
  const before = memory().numTensors;
  for (let i = 0; i < 8; i++) {
    const found = ready.logProb(x, { context });
    expect([...found.dataSync()]).toEqual([...expected]);
    found.dispose();
    const drawn = ready.sample({ count: 2, seed: i, context });
    const plain = of.sample(own, { count: 2, seed: i, context: cast(context, 'float32') });
    expect([...drawn.dataSync()]).toEqual([...plain.dataSync()]);
    for (const tensor of [drawn, plain]) tensor.dispose();
  }
  expect(await refusal(() => ready.logProb([[1, 2]] as never, { context }))).toMatchObject({ code: 'DATA' });
  disposeParams(of.layout, own);
  expect(await refusal(() => ready.logProb(x, { context }))).toMatchObject({ name: 'DiffeoError' });
  ready.dispose();
  expect(memory().numTensors).toBeLessThan(before + 20);
});
