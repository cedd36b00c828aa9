import { add, mean, mul, neg, square, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, numbers, onEachBackend, tensorsLeftBy } from '../../../test/backends.ts';
import {
  addNoise,
  identityWithTag,
  planeCoupling,
  probe,
  scaleAndShift,
  sinhScale,
} from '../../../test/example-parts.ts';
import { diagonalNormal } from '../bases/diagonal-normal.ts';
import { defineLayer } from '../contract/define.ts';
import type { GradientMode } from '../contract/parts/part.ts';
import type { Spec } from '../contract/parts/spec.ts';
import { flow } from '../flow/flow.ts';
import type { Flow, FlowParams } from '../flow/flow-contract.ts';
import { negativeLogLikelihood } from '../flow/loss.ts';
import { chain } from '../layers/chain.ts';
import { invert } from '../layers/invert.ts';
import { normal } from '../params/seed.ts';
import { differentiate, runDifferentiable, tidied } from './engine.ts';
import { registerGradients } from './gradient-table.ts';
import { gradients } from './gradients.ts';

const layers = (): Spec<'layer'>[] => [
  planeCoupling(),
  scaleAndShift({ logScale: 0.2, shift: -0.3 }),
  planeCoupling({ swap: 1 }),
  sinhScale(),
  planeCoupling(),
];
const models: Readonly<Record<string, Flow>> = {
  'a list of layers': flow({ eventShape: [2], layers: layers(), base: diagonalNormal() }),
  'with context': flow({ eventShape: [2], contextShape: [3], layers: layers() }),
  'a chain in a chain': flow({
    eventShape: [2],
    contextShape: [3],
    layers: [planeCoupling(), chain({ layers: [planeCoupling({ swap: 1 }), chain({ layers: layers() })] })],
  }),
  'an inverted chain': flow({
    eventShape: [2],
    layers: [invert({ layer: chain({ layers: layers() }) }), planeCoupling()],
  }),
  'layers that keep their input': flow({
    eventShape: [2],
    layers: [identityWithTag(), planeCoupling(), identityWithTag()],
  }),
  'one layer': flow({ eventShape: [2], layers: [planeCoupling()] }),
  dequantized: flow({ eventShape: [2], dequantize: addNoise(), layers: layers() }),
};

onEachBackend('recomputed gradients are those of stored activations', () => {
  beforeAll(registerGradients);
  const x = () => normal([7, 2], 3);
  const context = (model: Flow) => (model.contextShape ? { context: normal([7, 3], 4) } : {});
  const noise = (model: Flow) => (model.dequantizes ? { noise: 9 } : {});

  test.each(Object.keys(models))('for parameters, data and context: %s', (name) => {
    const model = models[name] as Flow;
    const params = model.init(5);
    const given = { ...context(model), ...noise(model) };
    const of = (gradient: GradientMode) => {
      const options = { ...given, gradient };
      const { value, gradients: found } = gradients(model.layout, params, (p) =>
        negativeLogLikelihood(model, p, x(), options),
      );
      const input = x();
      const inputs = [input, ...('context' in given ? [given.context as Tensor] : [])];
      const { grads } = differentiate(() => negativeLogLikelihood(model, params, input, options), inputs);
      return {
        value: numbers(value),
        paths: found.map(({ path }) => path),
        all: [...found.map(({ tensor }) => tensor), ...grads].flatMap((gradient) => numbers(gradient as Tensor)),
      };
    };
    const [store, recompute] = [of('store'), of('recompute')];
    expectClose(recompute.value, store.value, 1e-6);
    expect(recompute.paths).toEqual(store.paths);
    expectClose(recompute.all, store.all, 1e-5);
    expect(store.all.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  test('where one row of context stands for all, which is widened inside the gradient', () => {
    const model = models['a chain in a chain'] as Flow;
    const params = model.init(5);
    const of = (gradient: GradientMode) => {
      const context = normal([1, 3], 4);
      const { grads } = differentiate(
        () => negativeLogLikelihood(model, params, x(), { context, gradient }),
        [context],
      );
      return numbers(grads[0] as Tensor);
    };
    expectClose(of('recompute'), of('store'), 1e-5);
    expect(of('store').some((value) => Math.abs(value) > 0.01)).toBe(true);
  });

  test('in the direction of sampling', () => {
    const model = models['a chain in a chain'] as Flow;
    const params = model.init(5);
    const of = (gradient: GradientMode) => {
      const call = { context: normal([7, 3], 4), gradient };
      const { gradients: found } = gradients(model.layout, params, (p) => {
        const { value, logDet } = model.bijector.forward(p.layers, x(), call);
        return add(mean(square(value)), mean(logDet));
      });
      return found.flatMap(({ tensor }) => numbers(tensor));
    };
    expectClose(of('recompute'), of('store'), 1e-5);
  });

  test('when the loss looks at the value alone or at the logDet alone', () => {
    const model = models['a list of layers'] as Flow;
    const params = model.init(5);
    for (const part of ['value', 'logDet'] as const) {
      const of = (gradient: GradientMode) =>
        gradients(model.layout, params, (p) => sum(square(model.toBase(p, x(), { gradient })[part]))).gradients.flatMap(
          ({ tensor }) => numbers(tensor),
        );
      expectClose(of('recompute'), of('store'), 1e-5);
    }
  });

  test('when layers share a parameter, in a list and inside a chain', () => {
    const list = flow({ eventShape: [2], layers: [planeCoupling(), sinhScale(), planeCoupling()] });
    const nested = flow({
      eventShape: [2],
      layers: [
        chain({ layers: [planeCoupling(), chain({ layers: [sinhScale(), planeCoupling()] })] }),
        planeCoupling(),
      ],
    });
    const weight = normal([1, 2], 8);
    const logScale = normal([2], 9);
    const shared = { dequantize: {}, base: {} };
    const cases: [Flow, FlowParams][] = [
      [list, { ...shared, layers: [{ weight }, { logScale }, { weight }] }],
      [nested, { ...shared, layers: [[{ weight }, [{ logScale }, { weight }]], { weight }] }],
    ];
    for (const [model, params] of cases) {
      const of = (gradient: GradientMode) => {
        const loss = () => negativeLogLikelihood(model, params, x(), { gradient });
        return differentiate(loss, [weight, logScale]).grads.flatMap((found) => numbers(found as Tensor));
      };
      expectClose(of('recompute'), of('store'), 1e-5);
    }
  });

  test('when an operation gives two inputs one tensor for their gradients', () => {
    const sumOf = (a: Tensor, b: Tensor) =>
      runDifferentiable<{ a: Tensor; b: Tensor }, readonly [Tensor]>({
        inputs: { a, b },
        forward: (inputs) => [add(inputs.a, inputs.b)],
        backward: ([dy]) => ({ a: dy, b: dy }),
      })[0];
    const addContext = defineLayer({
      type: 'example/add-context',
      version: 1,
      schema: strictObject({}),
      build: (_, { eventShape, contextShape }) => ({
        eventShape,
        baseShape: eventShape,
        contextShape,
        layout: {},
        init: () => ({}),
        forward: (_params, z, call) => ({ value: sumOf(z, neg(call.context as Tensor)), logDet: zeros([7]) }),
        inverse: (_params, z, call) => ({ value: sumOf(z, call.context as Tensor), logDet: zeros([7]) }),
      }),
    });
    const model = flow({ eventShape: [2], contextShape: [2], layers: [addContext(), addContext(), planeCoupling()] });
    const params = model.init(5);
    const [data, given] = [x(), normal([7, 2], 6)];
    const of = (gradient: GradientMode) => {
      const loss = () => negativeLogLikelihood(model, params, data, { context: given, gradient });
      return differentiate(loss, [data, given]).grads.flatMap((found) => numbers(found as Tensor));
    };
    expectClose(of('recompute'), of('store'), 1e-5);
  });

  test('when a parameter is frozen or the same tensor is data and context', () => {
    const model = flow({ eventShape: [2], contextShape: [2], layers: [planeCoupling(), planeCoupling({ swap: 1 })] });
    const params = model.init(5);
    const both = x();
    const of = (gradient: GradientMode) => {
      const loss = () => negativeLogLikelihood(model, params, both, { context: both, gradient });
      return numbers(differentiate(loss, [both]).grads[0] as Tensor);
    };
    expectClose(of('recompute'), of('store'), 1e-5);
    const frozen = (gradient: GradientMode) =>
      gradients(model.layout, params, (p) => negativeLogLikelihood(model, p, both, { context: both, gradient }), {
        freeze: (path) => path.startsWith('layers.0'),
      }).gradients.flatMap(({ path, tensor }) => [path.length, ...numbers(tensor)]);
    expectClose(frozen('recompute'), frozen('store'), 1e-5);
  });

  test('of an empty batch: zeros', () => {
    const model = models['a list of layers'] as Flow;
    const { gradients: found } = gradients(model.layout, model.init(1), (p) =>
      sum(model.logProb(p, normal([0, 2], 1), { gradient: 'recompute' })),
    );
    expect(found.flatMap(({ tensor }) => numbers(tensor)).every((value) => value === 0)).toBe(true);
  });

  test('a second derivative falls back to stored activations', () => {
    const model = models['a list of layers'] as Flow;
    const params = model.init(5);
    const second = (gradient: GradientMode) => {
      const point = normal([1, 2], 3);
      const slope = () => {
        const { grads } = differentiate(() => sum(model.logProb(params, point, { gradient })), [point]);
        return sum(mul(grads[0] as Tensor, grads[0] as Tensor));
      };
      return numbers(differentiate(slope, [point]).grads[0] as Tensor);
    };
    expectClose(second('recompute'), second('store'), 1e-5);
  });

  test('leave no tensor behind', () => {
    for (const model of Object.values(models)) {
      const params = model.init(5);
      const [data, given] = [x(), { ...context(model), ...noise(model), gradient: 'recompute' as const }];
      const step = () => {
        const { value, gradients: found } = gradients(model.layout, params, (p) =>
          negativeLogLikelihood(model, p, data, given),
        );
        value.dispose();
        for (const { tensor } of found) tensor.dispose();
      };
      step();
      expect(tensorsLeftBy(step)).toBe(0);
      expect(tensorsLeftBy(() => tidied(() => negativeLogLikelihood(model, params, data, given)))).toBe(1);
    }
  });

  test('run each layer three times: once there, once to rebuild its input, once to differentiate', () => {
    let calls = 0;
    const counted = probe(() => {
      calls++;
    });
    const model = flow({ eventShape: [2], layers: [planeCoupling(), counted(), planeCoupling()] });
    const loss = (gradient: GradientMode) => (p: FlowParams) => negativeLogLikelihood(model, p, x(), { gradient });
    gradients(model.layout, model.init(1), loss('recompute'));
    expect(calls).toBe(3);
    calls = 0;
    gradients(model.layout, model.init(1), loss('store'));
    expect(calls).toBe(1);
  });
});

describe('recompute without a gradient', () => {
  test('is the plain call', () => {
    let calls = 0;
    const counted = probe(() => {
      calls++;
    });
    const model = flow({ eventShape: [2], layers: [counted(), planeCoupling()] });
    const params = model.init(1);
    const data = normal([4, 2], 2);
    expect(numbers(model.logProb(params, data, { gradient: 'recompute' }))).toEqual(
      numbers(model.logProb(params, data)),
    );
    expect(calls).toBe(2);
  });
});
