import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { type Call, chain, defineLayer, fold, leaf, normal, type Site, standardNormal } from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import {
  add,
  concat,
  exp,
  getBackend,
  memory,
  mul,
  neg,
  reverse,
  setBackend,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkLayer } from './check-layer.ts';
import { layerChecks } from './checks/all-checks.ts';
import { soundAffine } from './controls/sound-affine.ts';

const anyConfig = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as object }) },
} as const;

const elementwiseAffine = defineLayer({
  type: 'test/elementwise-affine',
  version: 1,
  schema: anyConfig,
  build: (_, { eventShape }) => soundAffine(eventShape),
});

interface CouplingParams {
  readonly hidden: Tensor;
  readonly bias: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** The first half and the context scale and shift the second half. */
const tinyCoupling = defineLayer({
  type: 'test/tiny-coupling',
  version: 1,
  schema: anyConfig,
  build: (_, { eventShape, contextShape, fail }: Site) => {
    const [size = 0] = eventShape;
    if (size < 2 || eventShape.length !== 1) fail('takes vectors of at least two');
    const keep = Math.floor(size / 2);
    const inputs = keep + (contextShape?.[0] ?? 0);
    const shapes = { hidden: [inputs, 8], bias: [8], scale: [8, size - keep], shift: [8, size - keep] } as const;
    const condition = (params: CouplingParams, kept: Tensor, { context }: Call) => {
      const seen = context ? concat([kept, context], 1) : kept;
      const hidden = tanh(add(product(seen, params.hidden), params.bias));
      return { logScale: mul(tanh(product(hidden, params.scale)), 2), shift: product(hidden, params.shift) };
    };
    const split = (x: Tensor): [Tensor, Tensor] => {
      const batch = x.shape[0] as number;
      return [slice(x, [0, 0], [batch, keep]), slice(x, [0, keep], [batch, size - keep])];
    };
    return {
      eventShape,
      baseShape: eventShape,
      contextShape,
      layout: {
        hidden: leaf(shapes.hidden),
        bias: leaf(shapes.bias),
        scale: leaf(shapes.scale),
        shift: leaf(shapes.shift),
      },
      init: (seed): CouplingParams => ({
        hidden: normal(shapes.hidden, fold(seed, 'hidden')),
        bias: normal(shapes.bias, fold(seed, 'bias')),
        scale: mul(normal(shapes.scale, fold(seed, 'scale')), 0.01),
        shift: mul(normal(shapes.shift, fold(seed, 'shift')), 0.01),
      }),
      forward: (params: CouplingParams, z, call) => {
        const [kept, changed] = split(z);
        const { logScale, shift } = condition(params, kept, call);
        return { value: concat([kept, add(mul(changed, exp(logScale)), shift)], 1), logDet: sum(logScale, 1) };
      },
      inverse: (params: CouplingParams, x, call) => {
        const [kept, changed] = split(x);
        const { logScale, shift } = condition(params, kept, call);
        return {
          value: concat([kept, mul(sub(changed, shift), exp(neg(logScale)))], 1),
          logDet: neg(sum(logScale, 1)),
        };
      },
    };
  },
});

/** Turns vectors round, so that a chain of couplings changes every dimension. */
const swap = defineLayer({
  type: 'test/swap',
  version: 1,
  schema: anyConfig,
  build: (_, { eventShape }) => {
    const turn = (_params: unknown, x: Tensor) => ({ value: reverse(x, 1), logDet: zeros([x.shape[0] as number]) });
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      layout: {},
      init: () => ({}),
      forward: turn,
      inverse: turn,
    };
  },
});

test.each([
  [
    'an elementwise affine map',
    elementwiseAffine,
    { eventShapes: [[1], [2], [2, 3]], capabilities: { constantLogDet: true, jacobian: 'diagonal' } },
  ],
  [
    'a coupling with context',
    tinyCoupling,
    {
      eventShapes: [[2], [5]],
      capabilities: {
        usesContext: true,
        jacobian: 'lower-triangular',
        unchanged: ([size = 0]: readonly number[]) => [...Array(Math.floor(size / 2)).keys()],
      },
    },
  ],
] as const)('%s passes every check on every backend', async (_, layer, options) => {
  const report = await checkLayer(layer, options);
  expect(report.checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  expect(report.passed).toBe(true);
});

const quick = { eventShapes: [[2]], contextShapes: [null], backends: ['cpu'] } as const;

test.each([2, 3, 4, 5, 6, 7, 8])('sound layers pass with seed %i', async (seed) => {
  for (const layer of [elementwiseAffine, tinyCoupling]) {
    const { checks } = await checkLayer(layer, { ...quick, contextShapes: [null, [2]], trainingSteps: 50, seed });
    expect(checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  }
});

test('layers of layers pass, each tolerance derived from their depth', async () => {
  const deep = chain({ layers: Array.from({ length: 8 }, () => [tinyCoupling(), swap()]).flat() });
  const { checks, name } = await checkLayer(deep, { ...quick, backends: ['wasm'], trainingSteps: 50 });
  expect(checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  expect(name).toBe('@diffeo/core/chain');
});

test('everything that a layer does not declare is no reason for a check to be left out', async () => {
  const { checks } = await checkLayer(tinyCoupling, { ...quick, contextShapes: [[2]] });
  const done = checks.map(({ name }) => name);
  const declared = [
    'one-way',
    'jacobian-structure',
    'constant-log-det',
    'reference',
    'one-evaluation',
    'start',
    'start-once',
  ];
  expect(done).toEqual(layerChecks.map(({ name }) => name).filter((name) => !declared.includes(name)));
});

test('a definition is checked with each configuration, and messages name it', async () => {
  const wrongFor3 = defineLayer({
    type: 'test/wrong-for-3',
    version: 1,
    schema: { '~standard': { ...anyConfig['~standard'], validate: (value) => ({ value: value as { n: number } }) } },
    build: ({ n }: { n: number }, { eventShape }) => {
      const sound = soundAffine(eventShape);
      return n === 3 ? { ...sound, inverse: sound.forward } : sound;
    },
  });
  const { checks } = await checkLayer(wrongFor3, { ...quick, configs: [{ n: 2 }, { n: 3 }], only: ['round-trip'] });
  expect(checks.map(({ passed, place }) => [place.config, passed])).toEqual([
    [{ n: 2 }, true],
    [{ n: 3 }, false],
  ]);
  expect(checks[1]?.message).toContain('Configuration {"n":3}, event shape [2]');
  expect(checks[1]?.message).toContain(`only: ['round-trip'], configs: [{"n":3}]`);
});

test('a report says for each check what was measured, what is allowed and where', async () => {
  const { checks } = await checkLayer(elementwiseAffine, { ...quick, only: ['round-trip'] });
  expect(checks).toEqual([
    {
      name: 'round-trip',
      passed: true,
      measured: expect.any(Number),
      tolerance: expect.any(Number),
      message: expect.stringContaining('is allowed (relative to 1 + |expected|)'),
      place: { backend: 'cpu', eventShape: [2], contextShape: null, seed: 1, config: {} },
    },
  ]);
});

test('a layer that cannot be built somewhere fails there, and the other places are checked', async () => {
  const { checks, passed } = await checkLayer(tinyCoupling, { ...quick, eventShapes: [[1], [2]], only: ['shapes'] });
  expect(passed).toBe(false);
  expect(checks.map(({ name, passed: each }) => [name, each])).toEqual([
    ['builds', false],
    ['shapes', true],
  ]);
  expect(checks[0]?.message).toContain('takes vectors of at least two');
});

test('a source may be a function of the event shape', async () => {
  const seen: number[][] = [];
  const source = (eventShape: readonly number[]) => {
    seen.push([...eventShape]);
    return elementwiseAffine();
  };
  await checkLayer(source, { ...quick, eventShapes: [[1], [4]], only: ['shapes'] });
  expect(seen).toEqual([[1], [4]]);
});

test.each([
  ['a check that there is not', elementwiseAffine(), { only: ['round-trips'] }, /no check 'round-trips'; .*round-trip/],
  ['a backend that is not registered', elementwiseAffine(), { backends: ['webgl'] }, /tfjs-backend-webgl' first/],
  ['too few rows', elementwiseAffine(), { rows: 2 }, /rows must be at least 3; got 2/],
  ['an empty list', elementwiseAffine(), { eventShapes: [] }, /eventShapes must not be empty/],
  ['a configuration of what is configured', chain({ layers: [] }), { configs: [{ a: 1 }] }, /configs are for a def/],
  ['a configuration that the schema refuses', chain, {}, /@diffeo\/core\/chain: .*layers/],
  [
    'an iteration without a tolerance',
    elementwiseAffine(),
    { capabilities: { iterates: { direction: 'forward' as const, tolerance: 0 } } },
    /tolerance must be above 0; got 0/,
  ],
  ['a base distribution', standardNormal() as never, {}, /expected a layer.*got base/],
  ['nothing', undefined as never, {}, /expected a layer.*got undefined/],
])('%s is refused', async (_, source, options, message) => {
  await expect(checkLayer(source, { ...quick, ...options })).rejects.toThrowError(message);
});

test('the kit leaves no tensor behind, and the backend as it was', async () => {
  await setBackend('wasm');
  const before = memory().numTensors;
  await checkLayer(tinyCoupling, { ...quick, contextShapes: [null, [2]], trainingSteps: 5 });
  expect(memory().numTensors).toBe(before);
  expect(getBackend()).toBe('wasm');
});
