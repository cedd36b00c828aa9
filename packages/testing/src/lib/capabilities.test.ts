import '@tensorflow/tfjs-backend-cpu';
import { type Call, chain, DiffeoError, defineLayer, defineNetwork, leaf, type Spec } from '@diffeo/core';
import { add, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkLayer } from './check-layer.ts';
import { anyConfig } from './controls/broken.ts';
import { iteratedMap } from './controls/iterated-map.ts';
import { soundAffine } from './controls/sound-affine.ts';

const quick = { eventShapes: [[2]], contextShapes: [null], backends: ['cpu'] } as const;

const elementwiseAffine = defineLayer({
  type: 'test/elementwise-affine',
  version: 1,
  schema: anyConfig,
  build: (_, { eventShape }) => soundAffine(eventShape),
});

test('a reference that says the same in float64 is agreed with', async () => {
  const { checks } = await checkLayer(elementwiseAffine, {
    ...quick,
    only: ['reference'],
    reference: {
      inverse: (x, params) => {
        const [logScale, shift] = [params.get('logScale') ?? [], params.get('shift') ?? []];
        return {
          value: x.map((number, i) => (number - (shift[i] as number)) * Math.exp(-(logScale[i] as number))),
          logDet: -[...logScale].reduce((a, b) => a + b, 0),
        };
      },
    },
  });
  expect(checks.map(({ name, passed }) => [name, passed])).toEqual([['reference', true]]);
});

const refuse = (): never => {
  throw new DiffeoError('ONE_WAY', 'this layer has no such direction');
};

test.each(['forward', 'inverse'] as const)(
  'a layer that lacks its %s, and says so, is checked the other way',
  async (lacks) => {
    const half = defineLayer({
      type: 'test/half',
      version: 1,
      schema: anyConfig,
      build: (_, { eventShape }) => ({ ...soundAffine(eventShape), [lacks]: refuse }),
    });
    const { checks } = await checkLayer(half, { ...quick, eventShapes: [[1], [2]], capabilities: { lacks } });
    expect(checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
    const done = new Set(checks.map(({ name }) => name));
    expect(done).toContain('one-way');
    expect(done).toContain('log-det-jacobian');
    expect(done).toContain('taylor-test');
    expect(done.has('density-integrates')).toBe(lacks === 'forward');
    expect(done).not.toContain('round-trip');
  },
);

test('a layer that lacks a direction without saying so fails', async () => {
  const half = defineLayer({
    type: 'test/half',
    version: 1,
    schema: anyConfig,
    build: (_, { eventShape }) => ({ ...soundAffine(eventShape), forward: refuse }),
  });
  const { checks } = await checkLayer(half, { ...quick, only: ['round-trip'] });
  expect(checks[0]?.message).toContain('ONE_WAY: this layer has no such direction');
});

test('a direction that is iterated passes within the tolerance that it claims', async () => {
  const iterated = defineLayer({
    type: 'test/iterated',
    version: 1,
    schema: anyConfig,
    build: (_, { eventShape }) => iteratedMap(eventShape, 10),
  });
  const claimed = { capabilities: { iterates: { direction: 'inverse', tolerance: 1e-3 } } } as const;
  const { checks } = await checkLayer(iterated, { ...quick, ...claimed });
  expect(checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  const unclaimed = await checkLayer(iterated, { ...quick, only: ['round-trip'] });
  expect(unclaimed.passed).toBe(false);
});

test('a layer that holds a network is checked for one evaluation of it', async () => {
  const network = defineNetwork({
    type: 'test/network',
    version: 1,
    schema: anyConfig,
    build: () => (inputShape, outputShape) => ({
      inputShape,
      outputShape,
      contextShape: null,
      layout: { output: leaf(outputShape) },
      init: () => ({ output: zeros([...outputShape]) }),
      apply: ({ output }, x) => add(zeros([x.shape[0] as number, ...outputShape]), output),
    }),
  });
  const shifting = defineLayer({
    type: 'test/shifting',
    version: 1,
    schema: { '~standard': { ...anyConfig['~standard'], validate: () => ({ value: { network: network() } }) } },
    build: ({ network: spec }: { network: Spec<'network'> }, site) => {
      const { eventShape } = site;
      const built = site.build(spec, 'network')(eventShape, eventShape);
      const { layout, init } = built;
      const shift = (params: unknown, x: Tensor, call: Call, move: typeof add) => ({
        value: move(x, built.apply(params, x, call)),
        logDet: zeros([x.shape[0] as number]),
      });
      return {
        eventShape,
        baseShape: eventShape,
        contextShape: null,
        layout,
        init,
        forward: (params, z, call) => shift(params, z, call, add),
        inverse: (params, x, call) => shift(params, x, call, sub),
      };
    },
  });
  const { checks } = await checkLayer(chain({ layers: [shifting(), shifting()] }), { ...quick });
  expect(checks.filter(({ passed }) => !passed).map(({ message }) => message)).toEqual([]);
  expect(checks.find(({ name }) => name === 'one-evaluation')?.message).toContain('2 networks');
});
