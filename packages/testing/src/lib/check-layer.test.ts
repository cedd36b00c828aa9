import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { chain, defineLayer, standardNormal } from '@diffeo/core';
import { getBackend, memory, reverse, setBackend, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { anyConfig, elementwiseAffine, tinyCoupling } from '../../test/sound-layers.ts';
import { checkLayer } from './check-layer.ts';
import { layerChecks } from './checks/all-checks.ts';
import { soundAffine } from './controls/sound-affine.ts';

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
    'kinks',
    'constant-log-det',
    'reference',
    'one-evaluation',
    'start',
    'start-once',
    'round-trip-points',
    'identity-at-start',
    'context-everywhere',
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
